"""The text a user wrote → the text that is parsed, and the way back for every place. Knows no grammar.

Comments become blanks of the same length; a macro call becomes its definition, and every place inside the
definition points at the call.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError
from lynxalert.lang.macros import Macros, read_call
from lynxalert.lang.text import Span

LONGEST = 1_000_000  # characters of a query once its macros are expanded
DEEPEST_MACRO = 20
MOST_CALLS = 10_000
COMMENT = "```"
# Texts hide comments and macro calls, and so do quoted field names (not the apostrophe in `don't`).
MARK = re.compile(r'''"[^"\\]*(?:\\.[^"\\]*)*"|(?<!\w)'[^'|\n]*'(?!\w)|```|`|"''', re.DOTALL)
CALL = re.compile(r'`([^`"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^`"]*)*)`', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """*written* as the user sees it, *expanded* as it is parsed."""

    written: str
    expanded: str
    # Where pieces begin in *expanded*; beside each its place in *written*, and whether it is copied letter by letter.
    starts: list[int] = field(default_factory=list)
    places: list[tuple[Span, bool]] = field(default_factory=list)

    def span(self, start: int, end: int) -> Span:
        """The place in *written* of characters *start* to *end* of *expanded*."""
        if not self.starts:
            return Span(start, end)
        first = self._place(start)
        last = self._place(max(start, end - 1))
        return Span(first.start, last.end if end > start else first.start)

    def inside_macro(self, position: int) -> bool:
        """Whether the character of *expanded* at *position* comes from a macro."""
        if not self.starts or position >= len(self.expanded):
            return False
        return not self.places[max(0, bisect.bisect_right(self.starts, position) - 1)][1]

    def _place(self, position: int) -> Span:
        index = max(0, bisect.bisect_right(self.starts, position) - 1)
        place, copied = self.places[index]
        if not copied:
            return place
        start = place.start + position - self.starts[index]
        return Span(start, start + 1)


def expand(written: str, macros: Mapping[str, object] | None = None) -> Source:
    """*written* without comments and with its macros expanded.

    Raises:
        QueryError: L102 a comment or macro call never ends; L106, L107 no such macro; L401, L402 too deep or long.
    """
    if len(written) > LONGEST:
        raise QueryError("", [_too_large(Span(0, 1), "")])
    if "`" not in written:
        return Source(written, written)
    expansion = _Expansion(Macros(macros))
    expansion.read(written, None, ())
    if expansion.diagnostics:
        raise QueryError(written, expansion.diagnostics)
    return Source(written, "".join(expansion.parts), expansion.starts, expansion.places)


def _too_large(span: Span, when: str) -> Diagnostic:
    return Diagnostic(Code.TOO_LARGE, f"the query is longer than {LONGEST:,} characters{when}", span)


class _Expansion:
    """The pieces of one expansion while they are gathered."""

    def __init__(self, macros: Macros) -> None:
        self.macros = macros
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.places: list[tuple[Span, bool]] = []
        self.diagnostics: list[Diagnostic] = []
        self.length = 0
        self.calls = 0

    def read(self, text: str, call: Span | None, within: tuple[str, ...]) -> None:
        """Gather *text*; *call* is the place of the macro call it comes from, *within* the macros around it."""
        position = 0
        while (mark := MARK.search(text, position)) is not None:
            self.emit(text[position : mark.start()], position, call)
            if mark[0] == COMMENT:
                position = self._comment(text, mark.start(), call)
            elif mark[0] == "`":
                position = self._call(text, mark.start(), call, within)
            else:
                self.emit(mark[0], mark.start(), call)
                position = mark.end()
        self.emit(text[position:], position, call)

    def emit(self, piece: str, start: int, call: Span | None) -> None:
        if piece:
            self.starts.append(self.length)
            self.places.append((Span(start, start + len(piece)), True) if call is None else (call, False))
            self.parts.append(piece)
            self.length += len(piece)

    def report(self, code: Code, message: str, span: Span, help_text: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, help_text))

    def _comment(self, text: str, start: int, call: Span | None) -> int:
        end = text.find(COMMENT, start + len(COMMENT))
        if end < 0:
            place = call or Span(start, start + len(COMMENT))
            self.report(Code.UNTERMINATED, "this comment never ends", place, "close it with three backticks")
            return len(text)
        end += len(COMMENT)
        self.emit(" " * (end - start), start, call)
        return end

    def _call(self, text: str, start: int, call: Span | None, within: tuple[str, ...]) -> int:
        match = CALL.match(text, start)
        if match is None:
            place = call or Span(start, start + 1)
            self.report(Code.UNTERMINATED, "this macro call never ends", place, "close it with a backtick")
            return len(text)
        place = call or Span(*match.span())
        self.calls += 1
        name, arguments = read_call(match[1])
        try:
            named = self.macros.named(name)
        except ValueError as wrong:
            self.report(Code.UNKNOWN_MACRO, str(wrong), place)
            return match.end()
        macro = named.get(len(arguments))
        if macro is None:
            self._missing(name, sorted(named), len(arguments), place)
        elif name in within or len(within) >= DEEPEST_MACRO:
            chain = " → ".join((*within, name))
            self.report(Code.NESTING, f"macro `{name}` is expanded too deep: {chain}", place)
        elif self.length > LONGEST or self.calls > MOST_CALLS:
            raise QueryError("", [_too_large(Span(0, 1), " once its macros are expanded")])
        else:
            self.read(macro.fill(arguments), place, (*within, name))
        return match.end()

    def _missing(self, name: str, takes: list[int], count: int, place: Span) -> None:
        if takes:
            wanted = " or ".join(map(str, takes))
            plural = "argument" if takes == [1] else "arguments"
            self.report(Code.MACRO_ARGUMENTS, f"macro `{name}` takes {wanted} {plural}, {count} given", place)
        else:
            near = self.macros.suggest(name)
            help_text = f"did you mean `{near}`?" if near else None
            self.report(Code.UNKNOWN_MACRO, f"unknown macro `{name}`", place, help_text)
