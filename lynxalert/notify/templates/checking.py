"""A template about to be saved → its mistakes: compiled, then rendered with a real row, none, and a hostile one."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import nodes

from lynxalert.lang import Code, Diagnostic, Span
from lynxalert.notify.answers import decode
from lynxalert.notify.filters import LONGEST
from lynxalert.notify.markup import JSON, Markup
from lynxalert.notify.message import Plain
from lynxalert.notify.spelling import respell
from lynxalert.notify.templates.rendering import TemplateError, compiled, place, render
from lynxalert.registry import suggest

HOSTILE = "</b>\"'`*_[x](http://x)<!channel>@everyone{{7*7}}{%\\\n\u202e\ud83d&amp;]]>.!-"
FIXED = ("alert", "episode", "instance", "transition")  # roots whose keys do not depend on the query


def check(source: str, markup: Markup, facts: Mapping[str, Plain]) -> tuple[Diagnostic, ...]:
    """Every mistake found in *source*; *facts* are those of a real row. Warnings are `Code.LINT`."""
    found: list[Diagnostic] = []
    if respell(source)[1]:
        text = "leading dots are the spelling of Go templates and are left out"
        found.append(Diagnostic(Code.LINT, text, _first_tag(source), "write `{{ alert.name }}`"))
    try:
        _, tree = compiled(source)
        found += _unknown_keys(source, tree, facts)
        for variant in (facts, empty(facts), hostile(facts)):
            found += _rendered(source, markup, variant)
            if variant is facts:
                found += _blanks(source, markup, facts)
    except TemplateError as error:
        found.append(error.diagnostic)
    return tuple(dict.fromkeys(found))


def empty(facts: Mapping[str, Plain]) -> dict[str, Plain]:
    """*facts* of a query that returned nothing."""
    return {**facts, "result": {}, "rows": [], "evidence": []}


def hostile(facts: Mapping[str, Plain]) -> dict[str, Plain]:
    """*facts* with every text of the events replaced by one that tries every markup."""
    return {**facts, **{root: _poisoned(facts.get(root)) for root in ("result", "rows", "evidence")}}


def _poisoned(value: Plain) -> Plain:
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, Mapping):
        return {name: _poisoned(one) for name, one in value.items()}
    return [_poisoned(one) for one in value] if isinstance(value, list | tuple) else value


def _rendered(source: str, markup: Markup, facts: Mapping[str, Plain]) -> list[Diagnostic]:
    text = render(source, markup, facts, 200).text
    whole = Span(0, max(1, len(source)))
    if markup is JSON and decode(text.encode("utf-8", "replace")) is None and text.strip() != "null":
        tip = "put values in quotes, or write `{{ value | json }}` without quotes"
        return [Diagnostic(Code.BAD_TEMPLATE, "the body would not be valid JSON", whole, tip)]
    if not markup.fits(text) and not facts.get("rows"):
        problem = f"without any row it is already longer than the {markup.limit} characters that fit"
        return [Diagnostic(Code.BAD_TEMPLATE, problem, whole)]
    fault = markup.fault(text)
    if fault is None:
        return []
    return [Diagnostic(Code.LINT, f"the text would be refused and sent plain: {fault}", whole)]


def _blanks(source: str, markup: Markup, facts: Mapping[str, Plain]) -> list[Diagnostic]:
    result = facts.get("result")
    names = list(result) if isinstance(result, Mapping) else []
    if not names:
        return []
    missing = render(source, markup, facts, LONGEST).blanks
    return [_missing(source, name, names) for name in missing]


def _missing(source: str, name: str, names: list[str]) -> Diagnostic:
    near = suggest(name, names)
    tip = f"did you mean `{near}`?" if near else "the query returns " + ", ".join(names[:10])
    line = next((number for number, text in enumerate(source.splitlines(), 1) if name in text), 1)
    return Diagnostic(Code.LINT, f"`{name}` is not there and stays empty", place(source, line, name), tip)


def _unknown_keys(source: str, tree: nodes.Template, facts: Mapping[str, Plain]) -> list[Diagnostic]:
    found = []
    for node in tree.find_all(nodes.Getattr):
        root = node.node.name if isinstance(node.node, nodes.Name) else ""
        known = facts.get(root)
        if root in FIXED and isinstance(known, Mapping) and known and node.attr not in known:
            near = suggest(node.attr, list(known))
            tip = f"did you mean `{root}.{near}`?" if near else "one of " + ", ".join(known)
            where = place(source, node.lineno, node.attr)
            found.append(Diagnostic(Code.BAD_TEMPLATE, f"`{root}` has no `{node.attr}`", where, tip))
    return found


def _first_tag(source: str) -> Span:
    start = max(0, source.find("{{"))
    end = source.find("}}", start)
    return Span(start, end + 2 if end > start else len(source))
