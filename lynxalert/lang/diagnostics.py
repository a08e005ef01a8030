"""Mistakes as values: code, message, place, help, and the three ways to show them.

Knows nothing of queries or configuration; whoever finds a mistake makes the diagnostic where it is born.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lynxalert.errors import LynxError
from lynxalert.lang.text import Span, locate

WIDTH = 160  # characters of a source line shown around a mistake


class Code(StrEnum):
    """Every diagnostic there is. Codes are never reused; each has a golden and an anchor in docs/errors.md."""

    SYNTAX = "L101"  # the text does not follow the grammar
    UNTERMINATED = "L102"  # a string, bracket or comment never ends
    MISSING_COMMAND = "L103"  # nothing after a pipe
    UNKNOWN_COMMAND = "L104"
    REFUSED_COMMAND = "L105"  # known, and not offered here
    UNKNOWN_MACRO = "L106"
    MACRO_ARGUMENTS = "L107"
    UNKNOWN_DATASET = "L108"
    UNKNOWN_FIELD = "L201"
    UNKNOWN_FUNCTION = "L202"
    UNKNOWN_OPTION = "L203"
    UNKNOWN_LOOKUP = "L204"
    WRONG_ARITY = "L301"
    WRONG_TYPE = "L302"
    WRONG_VALUE = "L303"  # an option or literal outside what is allowed
    BOOLEAN_ASSIGNED = "L304"
    BAD_REGEX = "L305"
    BAD_TIME = "L306"
    NESTING = "L401"  # deeper than allowed
    TOO_LARGE = "L402"  # a list, text, window or repetition beyond its bound
    TIME_OUT = "L403"
    UNSEEN_FIELD = "W201"  # no stored event has the field
    BARE_WORD = "W202"  # a bare word right of a comparison, probably meant as text
    WILDCARD_IN_WHERE = "W203"
    NEEDS_QUOTES = "W204"  # a dotted or dashed name that needs single quotes
    SPARSE_BY = "W205"  # rows vanish because a by-field is missing in them
    CUT = "W206"  # a list or result was cut at its limit
    CASE_WITHOUT_DEFAULT = "W207"
    LOOKED_FOR = "W208"  # a word of the language among search terms, where it is only looked for
    CONFIG_SYNTAX = "C101"
    UNKNOWN_KEY = "C102"
    MISSING_KEY = "C103"
    BAD_SETTING = "C104"
    MISSING_SECRET = "C105"  # noqa: S105 - a code, not a secret
    BAD_QUERY = "C106"
    BAD_TEMPLATE = "C107"
    UNKNOWN_CHANNEL = "C108"
    BAD_INCLUDE = "C109"
    LINT = "C201"
    DELIVERY = "D101"

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return "warning" if self.startswith("W") or self is Code.LINT else "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: what, where (characters of the source text), and what to do about it."""

    code: Code
    message: str
    span: Span
    help: str | None = None

    def as_json(self, source: str) -> dict[str, Any]:
        """The API's form: code, message, line, column, length, help."""
        place = locate(source, self.span)
        return {
            "code": str(self.code),
            "message": self.message,
            "line": place.line,
            "column": place.column,
            "length": place.length,
            "help": self.help,
        }


class QueryError(LynxError):
    """A query that cannot be run, with every mistake found in it. `str()` is the caret text."""

    def __init__(self, source: str, diagnostics: Sequence[Diagnostic]) -> None:
        self.source = source
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(render(source, diagnostic) for diagnostic in self.diagnostics))


def render(source: str, diagnostic: Diagnostic) -> str:
    """The caret text for people: header, source line, underline, help."""
    place = locate(source, diagnostic.span)
    # A very long line is shown as a window around the mistake.
    first = max(0, place.column - 1 - WIDTH // 2) if len(place.excerpt) > WIDTH else 0
    shown = place.excerpt[first : first + WIDTH].replace("\t", " ")
    number = str(place.line)
    gutter = " " * len(number)
    underline = "^" * max(1, min(place.length, first + WIDTH - place.column + 1))
    lines = [
        f"{diagnostic.code.severity}[{diagnostic.code}]: {diagnostic.message}",
        f"{number} | {shown}",
        f"{gutter} | {' ' * (place.column - 1 - first)}{underline}",
    ]
    if diagnostic.help:
        lines.append(f"{gutter} = help: {diagnostic.help}")
    return "\n".join(lines)


def one_line(path: str, source: str, diagnostic: Diagnostic) -> str:
    """`path:line:column: severity[code]: message (help)`, for configuration reports and logs."""
    place = locate(source, diagnostic.span)
    text = f"{path}:{place.line}:{place.column}: {diagnostic.code.severity}[{diagnostic.code}]: {diagnostic.message}"
    return f"{text} ({diagnostic.help})" if diagnostic.help else text
