"""Places in a text: spans, lines, columns, excerpts. Knows no language."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from functools import lru_cache

SHORT = 10_000  # characters: a text that is counted through each time


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters *start* (included) to *end* (excluded) of a text, counted from 0."""

    start: int
    end: int

    def __or__(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span begins, for people: *line* and *column* count from 1, *length* in characters."""

    line: int
    column: int
    length: int
    excerpt: str


def locate(text: str, span: Span) -> Place:
    """The line, column and line text at which *span* begins in *text*."""
    start = min(span.start, len(text))
    line = line_of(text, start) if len(text) > SHORT else text.count("\n", 0, start) + 1
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    length = max(1, min(span.end, line_end) - start)
    return Place(
        line=line,
        column=start - line_start + 1,
        length=length,
        excerpt=text[line_start:line_end],
    )


def line_of(text: str, place: int) -> int:
    """The line, from 1, of the character at *place*: found fast in a long text that is asked again and again."""
    return bisect.bisect_left(_breaks(text), place) + 1


@lru_cache(maxsize=4)
def _breaks(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\n", text)]
