"""Template and facts → text in a markup, within a budget, or the first mistake with its place."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import jinja2
from jinja2 import meta, nodes

from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, Span, locate
from lynxalert.notify.answers import decode
from lynxalert.notify.filters import FILTERS, LONGEST
from lynxalert.notify.markup import JSON, Markup
from lynxalert.notify.message import Plain
from lynxalert.notify.spelling import go_keyword, respell
from lynxalert.notify.templates.guard import Guard
from lynxalert.notify.templates.sandbox import Budget, Sandbox
from lynxalert.registry import suggest

ROOTS = (
    "alert", "result", "rows", "instance", "episode", "transition", "evidence", "links", "timestamp", "test"
)  # fmt: skip
LONGEST_SOURCE = 16_384  # characters of a template
FILE = "<template>"
MISTAKES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    RecursionError,
)

_sandbox = Sandbox()


class TemplateError(LynxError):
    """A template that cannot be used: its first mistake, as `line 2: …`."""

    def __init__(self, source: str, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(f"line {locate(source, diagnostic.span).line}: {diagnostic.message}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text, and the names that were blank in it."""

    text: str
    blanks: tuple[str, ...] = ()


def render(source: str, markup: Markup, facts: Mapping[str, Plain], value_limit: int = LONGEST) -> Rendered:
    """*source* with the values of *facts* (by root name), each cut to *value_limit* and escaped for *markup*.

    Raises:
        TemplateError: it cannot be compiled, fails with these values, or does too much.
    """
    rendered = _render(source, Budget(markup, value_limit), facts)
    if markup is JSON and decode(rendered.text.encode("utf-8", "replace")) is None:
        # `{"n": {{ result.n }}}` without a row: an absent value outside quotes must read null.
        second = _render(source, Budget(markup, value_limit, "null"), facts)
        if decode(second.text.encode("utf-8", "replace")) is not None:
            return second
    return rendered


def _render(source: str, budget: Budget, facts: Mapping[str, Plain]) -> Rendered:
    template, _ = compiled(source)
    values = {root: facts.get(root) for root in ROOTS}
    pieces: list[str] = []
    try:
        for piece in template.generate({**values, "_budget": budget}):
            pieces.append(piece)
            budget.charge(piece)
    except MISTAKES as mistake:
        raise _error(source, mistake) from None
    return Rendered("".join(pieces), tuple(budget.blanks))


@functools.lru_cache(maxsize=512)
def compiled(source: str) -> tuple[jinja2.Template, nodes.Template]:
    """The template and its tree as written.

    Raises:
        TemplateError: a mistake of syntax, an unknown root, or something that is not offered.
    """
    if len(source) > LONGEST_SOURCE:
        text = f"a template has at most {LONGEST_SOURCE} characters"
        raise TemplateError(source, Diagnostic(Code.BAD_TEMPLATE, text, Span(0, 1)))
    try:
        spelled, _ = respell(source)
        guarded = Guard(_sandbox).visit(_sandbox.parse(spelled, filename=FILE))
        assert isinstance(guarded, nodes.Template)
        _refuse_unknown(source, guarded)
        return _sandbox.from_string(guarded), _sandbox.parse(spelled, filename=FILE)
    except MISTAKES as mistake:
        raise _error(source, mistake) from None


def place(source: str, line: int, word: str | None = None) -> Span:
    """Where *word* stands in the 1-based *line* of *source*; the whole line if it is not there."""
    lines = source.splitlines(keepends=True) or [""]
    start = sum(len(text) for text in lines[: line - 1])
    text = lines[min(line, len(lines)) - 1].rstrip("\n")
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) if word else None
    if found is not None:
        return Span(start + found.start(), start + found.end())
    stripped = text.strip()
    first = start + text.find(stripped)
    return Span(first, first + max(1, len(stripped)))


def _refuse_unknown(source: str, tree: nodes.Template) -> None:
    for name in meta.find_undeclared_variables(tree):
        if name in ROOTS:
            continue
        line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        near = suggest(name, ROOTS)
        tip = f"did you mean `{near}`?" if near else "one of " + ", ".join(ROOTS)
        found = Diagnostic(Code.BAD_TEMPLATE, f"unknown name `{name}`", place(source, line, name), tip)
        raise TemplateError(source, found)


def _error(source: str, mistake: Exception) -> TemplateError:
    if isinstance(mistake, TemplateError):
        return mistake
    go = go_keyword(source)
    if isinstance(mistake, jinja2.TemplateSyntaxError):
        if go is not None:
            text = "this is the spelling of Go templates"
            return TemplateError(source, Diagnostic(Code.BAD_TEMPLATE, text, Span(go[0], go[1]), go[2]))
        text = str(mistake.message)
        line, tip, word = mistake.lineno, None, None
        unknown = re.search(r"[Nn]o filter named '(\w+)'", text)
        if unknown is not None:
            word = unknown[1]
            near = suggest(word, FILTERS)
            text = f"unknown filter `{word}`"
            tip = f"did you mean `{near}`?" if near else "one of " + ", ".join(sorted(FILTERS))
        return TemplateError(source, Diagnostic(Code.BAD_TEMPLATE, text, place(source, line, word), tip))
    lines = [frame.lineno or 1 for frame in _frames(mistake)]
    text = "nested too deeply" if isinstance(mistake, RecursionError) else str(mistake)
    return TemplateError(
        source, Diagnostic(Code.BAD_TEMPLATE, text, place(source, lines[-1] if lines else 1))
    )


def _frames(mistake: Exception) -> Iterator[traceback.FrameSummary]:
    return (frame for frame in traceback.extract_tb(mistake.__traceback__) if frame.filename == FILE)
