"""Folds of one intake, one window and one grouping → one SELECT: a few columns of its rows for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.engine.shared.batch import Member
from lynxalert.engine.shared.fold import KEY, Fold
from lynxalert.engine.shared.intake import CONDITION, TERM, Intake

Row: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Strand:
    """One ask of a medley, and what it wants of each row."""

    member: Member
    fold: Fold


@dataclass(frozen=True, slots=True)
class Medley:
    """Asks of many shapes that read the same events: *strands* of one *intake*, window, T and grouping."""

    intake: Intake
    strands: tuple[Strand, ...]

    @property
    def is_alone(self) -> bool:
        """Whether nobody shares the reading."""
        return len(self.strands) == 1

    @property
    def stretch(self) -> tuple[dt.datetime, dt.datetime]:
        """The window of all of them."""
        return self.strands[0].member.stretch

    def halves(self) -> tuple[Medley, Medley]:
        """The same in two medleys."""
        middle = len(self.strands) // 2
        return Medley(self.intake, self.strands[:middle]), Medley(self.intake, self.strands[middle:])

    def in_lots(self, size: int) -> Iterator[Medley]:
        """The same in medleys of *size* at most, none much smaller than the others."""
        lots = -(-len(self.strands) // size)
        for lot in range(lots):
            start, end = (len(self.strands) * each // lots for each in (lot, lot + 1))
            yield Medley(self.intake, self.strands[start:end])

    def told(self, rows: Iterable[Row]) -> list[tuple[Member, list[Row]]]:
        """What *rows* of the SELECT say to each."""
        slices: list[tuple[Member, int, int, list[Row]]] = []
        place = 0
        for each in self.strands:
            end = place + 1 + len(each.fold.shows)
            slices.append((each.member, place, end, []))
            place = end
        for row in rows:
            for _, start, end, own in slices:
                if row[start]:
                    own.append(row[start + 1 : end])
        return [(member, own) for member, _, _, own in slices]


def select_of(medley: Medley) -> str:
    """The SELECT: for each strand whether a row is one of its rows, and what it shows of it.

    What several look at is looked at once: first every condition of an event, then those that are met together, then what
    is reckoned of such events.
    """
    intake, folds = medley.intake, [each.fold for each in medley.strands]
    keys, order = folds[0].keys, folds[0].order
    totals = {each.name: each for fold in folds for each in fold.totals}
    columns = [f"{key} AS {KEY}{place}" for place, key in enumerate(keys)]
    columns += [f"{each.text} AS {name}" for name, each in totals.items()]
    reads = folds[0].reads.union(*(each.reads for each in totals.values()))
    read, conditions = intake.below(CONDITION, reads)
    read, terms = intake.below(TERM, read)
    stages = {
        "s": intake.scan(read),
        "t": _select(terms, "s"),
        "b": _select(conditions, "t"),
        "g": _select(
            ", ".join(columns) or "count(*) AS one", "b", f"GROUP BY {', '.join(keys)}" if keys else ""
        ),
    }
    before = ", ".join(f"{name} AS NOT MATERIALIZED ({query})" for name, query in stages.items())
    shown = ", ".join(part for fold in folds for part in (fold.holds, *fold.shows))
    some = f"WHERE {' OR '.join(f'({fold.holds})' for fold in folds)}" if keys else ""
    return f"WITH {before} {_select(shown, 'g', some, order)}"


def _select(shown: str, source: str, *further: str) -> str:
    return " ".join(["SELECT", shown, "FROM", source, *further])
