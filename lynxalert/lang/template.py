"""One parsed query → the tree of any other of its outline: other constants, every place moved. Knows no grammar."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from lynxalert.lang.ast import Aggregation, Literal, Pattern, Query
from lynxalert.lang.outline import Outline
from lynxalert.lang.text import Span


@dataclasses.dataclass(slots=True)
class Filling:
    """What goes into the gaps: the whole *text*, the constants by gap, by how much a place behind so many gaps moves."""

    text: str
    constants: Sequence[str]
    moved: Sequence[int]


# Makes one part of a tree; None in its place: that part is the same in every tree.
Make: TypeAlias = Callable[[Filling], Any]


class Template:
    """The tree of *query*, whose outline is *outline*, ready to be made anew."""

    def __init__(self, query: Query, outline: Outline) -> None:
        self.outline = outline
        self._text = query.source
        self._gaps = {gap.span: number for number, gap in enumerate(outline.gaps)}
        self._ends = [gap.span.end for gap in outline.gaps]
        make = self._maker(query)
        assert make is not None  # its source is the text
        self._make = make

    def cast(self, text: str, outline: Outline) -> Query:
        """The tree of *text*, which has this *outline* but for its constants."""
        constants, moved, shift = [], [0], 0
        for gap, own in zip(outline.gaps, self.outline.gaps, strict=True):
            constants.append(gap.text)
            shift += len(gap.text) - len(own.text)
            moved.append(shift)
        query: Query = self._make(Filling(text, constants, moved))
        return query

    def _maker(self, part: Any) -> Make | None:
        if isinstance(part, Span):
            return self._span(part)
        if isinstance(part, tuple):
            return _made(lambda *parts: parts, part, [self._maker(each) for each in part])
        if not dataclasses.is_dataclass(part):
            return None
        names = [each.name for each in dataclasses.fields(part)]
        parts = [getattr(part, name) for name in names]
        makers = [self._maker(each) for each in parts]
        for place, name in enumerate(names):
            makers[place] = self._of_text(part, name) or makers[place]
        return _made(type(part), parts, makers)

    def _of_text(self, node: Any, name: str) -> Make | None:
        """What a field that repeats the text says: the value of a constant, a piece as it was typed, all of it."""
        match node, name:
            case (Literal(), "value") | (Pattern(), "text") if node.span in self._gaps:
                kind, number = type(getattr(node, name)), self._gaps[node.span]
                return lambda filling: kind(filling.constants[number])
            case (Query(), "source") if node.source == self._text:
                return lambda filling: filling.text
            case (Aggregation(), "written") if node.written is not None:
                place = self._span(node.span) or (lambda _: node.span)
                return lambda filling: filling.text[(span := place(filling)).start : span.end]
        return None

    def _span(self, span: Span) -> Make | None:
        start, end = span.start, span.end
        before_start = sum(gap <= start for gap in self._ends)
        before_end = sum(gap <= end for gap in self._ends)
        if not before_end:
            return None

        def make(filling: Filling) -> Span:
            return Span(start + filling.moved[before_start], end + filling.moved[before_end])

        return make


def _made(whole: Callable[..., Any], parts: Sequence[Any], makers: Sequence[Make | None]) -> Make | None:
    """What makes a *whole* of *parts*, some of them anew."""
    if not any(makers):
        return None
    fixed = list(parts)
    fresh = [(place, make) for place, make in enumerate(makers) if make is not None]

    def make(filling: Filling) -> Any:
        own = fixed.copy()
        for place, each in fresh:
            own[place] = each(filling)
        return whole(*own)

    return make
