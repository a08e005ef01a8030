"""Texts → queries, thousands that differ in constants only: an outline is parsed a few times, then cast.

Whether a tree can be cast is not reasoned about but tried: texts with other constants are parsed, and what is cast has to be
the same (docs/decisions/0210).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TypeAlias

from lynxalert.lang import grammar
from lynxalert.lang.ast import Query
from lynxalert.lang.diagnostics import QueryError
from lynxalert.lang.outline import Gap, Outline, looks, outline_of
from lynxalert.lang.parser import parse
from lynxalert.lang.template import Template

LONGEST = 10_000  # characters of a text that is looked at for its outline
MOST = 16_384  # outlines kept
RUN = re.compile(r"([A-Za-z0-9_./*\-]+)")
KEYWORD = re.compile(r'"(\w+)"i')

Separators: TypeAlias = tuple[str, ...]  # what stands between runs of letters, digits and the like


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed text. *outline*: None where nothing in it is plain."""

    query: Query
    outline: Outline | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Which *runs* of a text are constants; the templates by all its other runs."""

    runs: tuple[int, ...]
    templates: dict[tuple[str, ...], list[tuple[tuple[int, ...], Template]]] = field(default_factory=dict)

    def others(self, runs: list[str]) -> tuple[str, ...]:
        """The *runs* of a text that are no constants."""
        return tuple(run for place, run in enumerate(runs) if place not in self.runs)


class Reader:
    """Reads texts in which *macros* may stand. Safe to use from several threads."""

    def __init__(self, macros: Mapping[str, object] | None = None) -> None:
        self._macros = macros
        self._layouts: dict[Separators, list[Layout]] = {}
        self._seen: set[object] = set()  # outlines met once
        self._tried: set[object] = set()  # those met again
        self._lock = Lock()

    def read(self, text: str) -> Reading:
        """What `parse` says of *text*, and its outline.

        Raises:
            QueryError: any mistake in the text.
        """
        is_plain = len(text) <= LONGEST and "`" not in text
        found = self._cast(text) if is_plain else None
        if found is not None:
            return found
        query = parse(text, self._macros)
        outline = outline_of(query)
        if is_plain and outline is not None:
            with self._lock:
                self._learn(query, outline)
        return Reading(query, outline)

    def _cast(self, text: str) -> Reading | None:
        parts = RUN.split(text)
        runs = parts[1::2]
        for layout in self._layouts.get(tuple(parts[::2]), ()):
            for free, template in layout.templates.get(layout.others(runs), ()):
                said = dict(zip(free, (runs[place] for place in layout.runs), strict=True))
                if all(_fits(template.outline.gaps[number], each) for number, each in said.items()):
                    outline = template.outline.filled(said)
                    return Reading(template.cast(text, outline), outline)
        return None

    def _learn(self, query: Query, outline: Outline) -> None:
        """Keep a template of an outline that is met a second time: most never are."""
        key = outline.key
        if key in self._tried:
            return
        if key not in self._seen:
            if len(self._seen) >= MOST:
                for each in (self._seen, self._tried, self._layouts):
                    each.clear()
            self._seen.add(key)
            return
        self._tried.add(key)
        free, places = _free(query.source, outline)
        template = Template(query, outline)
        if not free or not all(self._holds(template, free, seed) for seed in (0, 1_000)):
            return
        parts = RUN.split(query.source)
        layouts = self._layouts.setdefault(tuple(parts[::2]), [])
        layout = next((each for each in layouts if each.runs == places), None)
        if layout is None:
            layouts.append(layout := Layout(places))
        layout.templates.setdefault(layout.others(parts[1::2]), []).append((free, template))

    def _holds(self, template: Template, free: tuple[int, ...], seed: int) -> bool:
        """Whether other constants, others for each *seed*, make the tree that is cast."""
        gaps = template.outline.gaps
        said = {number: gaps[number].another(seed + number) for number in free}
        text = template.outline.text(said)
        try:
            parsed = parse(text, self._macros)
        except QueryError:
            return False
        outline = template.outline.filled(said)
        return parsed == template.cast(text, outline) and outline_of(parsed) == outline


def _free(text: str, outline: Outline) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The gaps of *outline* that are whole runs of *text*, and which runs they are."""
    runs = {match.span(): place for place, match in enumerate(RUN.finditer(text))}
    found = []
    for number, gap in enumerate(outline.gaps):
        quotes = int(gap.kind[1])
        place = runs.get((gap.span.start + quotes, gap.span.end - quotes))
        if place is not None:
            found.append((number, place))
    return tuple(number for number, _ in found), tuple(place for _, place in found)


def _fits(gap: Gap, text: str) -> bool:
    """Whether *text* is a constant of the kind of *gap*."""
    node, quoted, form, *_ = gap.kind
    if looks(text, in_pattern=node == "Pattern") != gap.kind[2:]:
        return False
    if form == "fraction" and not quoted and str(float(text)) != text:
        return False
    return form != "word" or quoted or text.lower() not in _keywords()


@cache
def _keywords() -> frozenset[str]:
    """Every word that the grammar knows anywhere: what is one may be no constant where another word is."""
    return frozenset(word.lower() for word in KEYWORD.findall(grammar.text()))
