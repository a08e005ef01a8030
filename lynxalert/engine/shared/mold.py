"""Outline → mold: one query of an outline compiled, the others cast from it by putting in their constants.

Which constants leave the SQL as it is is not reasoned about but tried: the query is compiled a second time with others
in their places. Those that show anywhere else than as a lifted constant are part of what tells molds apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lynxalert.engine.shared.known import Known
from lynxalert.engine.shared.literals import Lifted
from lynxalert.functions.nodes import number, text
from lynxalert.lang.outline import WILD, Gap, Outline

# The long way: text → what is known of it; None where it shares nothing, or is wrong.
Learn: TypeAlias = Callable[[str], Known | None]


@dataclass(frozen=True, slots=True)
class Source:
    """The gap a lifted constant comes from, and what becomes of its text on the way."""

    gap: int
    type: str
    lower: bool
    negative: bool

    def lifted(self, gap: Gap) -> Lifted:
        """The constant that *gap* gives."""
        match self.type:
            case "string":
                said = gap.text.replace("*", "%") if gap.kind[2] in WILD else gap.text
                word = said.lower() if self.lower else said
                return Lifted("string", word, text(word))
            case "int64":
                whole = -int(gap.text) if self.negative else int(gap.text)
                return Lifted("int64", whole, number(whole))
            case _:
                real = -float(gap.text) if self.negative else float(gap.text)
                return Lifted("double", real, number(real))


@dataclass(frozen=True, slots=True)
class Mold:
    """What is known of one query, *outline*, and where each of its lifted constants comes from."""

    outline: Outline
    known: Known
    sources: tuple[Source | Lifted, ...]  # a constant that no gap gives is the same in all

    def cast(self, outline: Outline) -> Known:
        """What is known of the query of *outline*, whose fixed constants are those of this mold."""
        constants = tuple(
            each if isinstance(each, Lifted) else each.lifted(outline.gaps[each.gap]) for each in self.sources
        )
        warnings = tuple(
            replace(each, span=self.outline.moved(each.span, outline)) for each in self.known.warnings
        )
        return replace(self.known, constants=constants, warnings=warnings)


def mold_of(outline: Outline, free: frozenset[int], learn: Learn) -> Mold | None:
    """The mold of *outline* for queries that differ in the gaps *free*; None where they make a difference."""
    others = {place: outline.gaps[place].another(place) for place in free}
    known, other = learn(outline.text({})), learn(outline.text(others))
    if known is None or other is None or not _is_alike(known, other):
        return None
    strange = outline.filled(others)
    sources = tuple(
        _source(one, strange, free) or mine
        for one, mine in zip(other.constants, known.constants, strict=True)
    )
    mold = Mold(outline, known, sources)
    return mold if _equals(mold.cast(outline), known) and _equals(mold.cast(strange), other) else None


def free_gaps(outline: Outline, learn: Learn) -> frozenset[int]:
    """The gaps that leave the SQL as it is, each tried alone where they do not all."""
    every = frozenset(range(len(outline.gaps)))
    if mold_of(outline, every, learn) is not None:
        return every
    return frozenset(place for place in every if mold_of(outline, frozenset({place}), learn) is not None)


def _is_alike(one: Known, other: Known) -> bool:
    """Whether both are the same query but for constants."""
    return (
        one.version == other.version
        and one.shape is other.shape
        and one.bounds is None
        and one.compiled is None
        and (one.names, one.types, one.indexes) == (other.names, other.types, other.indexes)
        and [each.type for each in one.constants] == [each.type for each in other.constants]
    )


def _equals(one: Known, other: Known) -> bool:
    """Whether both say the same: constants as they are spelled, warnings at their places."""
    nodes = [[each.node for each in known.constants] for known in (one, other)]
    return nodes[0] == nodes[1] and (one.constants, one.warnings) == (other.constants, other.warnings)


def _source(constant: Lifted, strange: Outline, free: frozenset[int]) -> Source | None:
    """Where *constant*, found with strange texts in the gaps *free*, comes from."""
    for place in sorted(free):
        for lower in (False, True):
            for negative in (False, True):
                source = Source(place, constant.type, lower, negative)
                if _gives(source, strange.gaps[place], constant):
                    return source
    return None


def _gives(source: Source, gap: Gap, constant: Lifted) -> bool:
    if source.type != "string" and gap.kind[2] in ("word", "path", *WILD):
        return False
    if source.type == "int64" and gap.kind[2] not in ("whole", "large"):
        return False
    return source.lifted(gap) == constant
