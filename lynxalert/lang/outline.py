"""Query → its outline: the text around its plain constants, and those constants. One outline: one meaning but for them.

A constant is plain where a compiler has no reason to look at it closely: a word that is no keyword, a path, a number that is
neither huge nor a truth value, a word with a wildcard at an end. Its kind holds all that could make a difference; anything else stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from lynxalert.lang.ast import Literal, Pattern, Query
from lynxalert.lang.text import Span
from lynxalert.lang.walk import nodes

# node, quoted, what it is, whether it has capitals, its signs
Kind: TypeAlias = tuple[str, bool, str, bool, str]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.-]{1,64}){1,16}/?")
_WHOLE = re.compile(r"[2-9]|[1-9][0-9]{1,8}")
_LARGE = re.compile(r"[1-9][0-9]{9,14}")  # a float still holds it
_FRACTION = re.compile(r"[0-9]{1,6}\.[0-9]{0,5}[1-9]")
_WILD = re.compile(r"(\*?)([A-Za-z][A-Za-z0-9.-]{0,63}|[0-9]{1,18})(\*?)")
# Where a pattern has its wildcards → what it is.
_WILDCARDS = {("*", "*"): "holding", ("", "*"): "starting", ("*", ""): "ending"}
WILD = frozenset(_WILDCARDS.values())
DIGITS = "0"  # among the signs of a pattern: it looks for a number
# Words that say more than themselves to somebody: truth values, numbers, times, operators.
_SPEAKING = frozenset(
    [
        "true",
        "false",
        "null",
        "none",
        "nan",
        "inf",
        "infinity",
        "yes",
        "no",
        "on",
        "off",
        "t",
        "f",
        "y",
        "n",
        "now",
        "today",
        "yesterday",
        "and",
        "or",
        "not",
        "xor",
        "in",
        "by",
        "as",
        "like",
        "is",
        "between",
        "case",
        "term",
    ]
)


@dataclass(frozen=True, slots=True)
class Gap:
    """One constant: where it is written (quotes included), what it says, its kind."""

    span: Span
    text: str
    kind: Kind

    def spelled(self, text: str) -> str:
        """*text* written as this constant is."""
        return f'"{text}"' if self.kind[1] else text

    def another(self, number: int) -> str:
        """A constant of this kind, another one for each *number*, that nobody writes by chance."""
        _, _, form, capital, signs = self.kind
        match form:
            case "whole":
                return str(719_283_000 + number)
            case "large":
                return str(719_283_000_000_000 + number)
            case "fraction":
                return f"{71_928 + number}.73"
            case "holding" | "starting" | "ending":
                letter = "Q" if capital else "q"
                inner = str(719_283_000 + number) if signs == DIGITS else f"{letter}{number}x7z{signs}w"
                return f"{'*' * (form != 'starting')}{inner}{'*' * (form != 'ending')}"
            case _:
                lead = "/" if form == "path" else ""
                return f"{lead}{'Q' if capital else 'q'}{number}x7z{signs}w"


@dataclass(frozen=True, slots=True)
class Outline:
    """*pieces* of text with a gap between each two."""

    pieces: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def key(self) -> tuple[tuple[str, ...], tuple[Kind, ...]]:
        """Equal for queries of one outline."""
        return self.pieces, tuple(gap.kind for gap in self.gaps)

    def text(self, fill: Mapping[int, str]) -> str:
        """The query with the constants of these gaps replaced."""
        parts = [self.pieces[0]]
        for number, (gap, piece) in enumerate(zip(self.gaps, self.pieces[1:], strict=True)):
            parts += [gap.spelled(fill.get(number, gap.text)), piece]
        return "".join(parts)

    def filled(self, fill: Mapping[int, str]) -> Outline:
        """The outline of `text`: other constants, each at the place where it then stands."""
        gaps: list[Gap] = []
        moved = 0
        for number, gap in enumerate(self.gaps):
            said = fill.get(number, gap.text)
            longer = len(said) - len(gap.text)
            gaps.append(
                replace(gap, text=said, span=Span(gap.span.start + moved, gap.span.end + moved + longer))
            )
            moved += longer
        return Outline(self.pieces, tuple(gaps))

    def moved(self, span: Span, to: Outline) -> Span:
        """Where in *to* stands what is at *span* here."""
        return Span(self._place(span.start, to), self._place(span.end, to))

    def _place(self, place: int, to: Outline) -> int:
        pairs = zip(self.gaps, to.gaps, strict=True)
        return place + sum(
            len(there.span) - len(here.span) for here, there in pairs if here.span.end <= place
        )


def outline_of(query: Query) -> Outline | None:
    """The outline of *query*; None where nothing in it is plain."""
    found: dict[Span, Gap] = {}
    for node in nodes(query):
        gap = _gap(node, query.source) if isinstance(node, Literal | Pattern) else None
        if gap is not None and found.setdefault(gap.span, gap) != gap:
            return None
    gaps = sorted(found.values(), key=lambda gap: gap.span)
    return _outline(query.source, gaps) if gaps else None


def _outline(source: str, gaps: Iterable[Gap]) -> Outline | None:
    pieces, place = [], 0
    for gap in gaps:
        if gap.span.start < place:
            return None
        pieces.append(source[place : gap.span.start])
        place = gap.span.end
    return Outline((*pieces, source[place:]), tuple(gaps))


def _gap(node: Literal | Pattern, source: str) -> Gap | None:
    """*node* as a gap, if it is plain and stands in the text as it says: not in a macro, without escapes."""
    written = source[node.span.start : node.span.end]
    quoted = written.startswith('"')
    text = written[1:-1] if quoted else written
    value = node.value if isinstance(node, Literal) else node.text
    look = looks(text, in_pattern=isinstance(node, Pattern))
    if look is None or isinstance(value, bool) or str(value) != text or getattr(node, "case", False):
        return None
    return Gap(node.span, text, (type(node).__name__, quoted, *look))


def looks(text: str, *, in_pattern: bool) -> tuple[str, bool, str] | None:
    """What a plain constant is, whether it has capitals, its signs; None for one that is not plain."""
    form = _form(text) or (_wild(text) if in_pattern else None)
    if form is None:
        return None
    signs = "".join(sorted(set(text) & set("_.-"))) if form in ("word", "path", *WILD) else ""
    if form in WILD and text.strip("*").isdigit():
        signs = DIGITS
    return form, text != text.lower(), signs


def _form(text: str) -> str | None:
    if _WHOLE.fullmatch(text):
        return "whole"
    if _LARGE.fullmatch(text):
        return "large"
    if _FRACTION.fullmatch(text):
        return "fraction"
    if _PATH.fullmatch(text):
        return "path"
    return "word" if _WORD.fullmatch(text) and text.lower() not in _SPEAKING else None


def _wild(text: str) -> str | None:
    match = _WILD.fullmatch(text)
    if match is None or match[2].lower() in _SPEAKING:
        return None
    return _WILDCARDS.get((match[1], match[3]))
