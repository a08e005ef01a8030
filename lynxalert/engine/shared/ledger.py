"""The parts of one shape, kept between ticks: each tick reads the events that came since the last, whatever their time.

So a late event lands in its own old bucket, and a window is what its buckets add up to. Not here: when a ledger is worth keeping (`ledgers`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.run import LAST, QueryFailed, guarded, naive, pieces
from lynxalert.engine.shared.batch import Member, row_table
from lynxalert.engine.shared.grid import EPOCH, MICROSECOND, Stretch
from lynxalert.engine.shared.joined import PROBE, PROBES, TARGET, TARGETS
from lynxalert.engine.shared.literals import PREFIX, Lifted
from lynxalert.engine.shared.parted import (
    BEHIND,
    FIRST,
    KEPT,
    MOST_PARTS,
    PART,
    PARTS,
    Gathering,
    Parted,
)
from lynxalert.engine.shared.parts import EXACT, ROWS

Probe: TypeAlias = tuple[Lifted, ...]  # constants up to the aggregation
FEW = 256  # probes that every event is held against, at most
MANY_TABLES = 12  # of parts; merged when there are more


class Unfit(Exception):
    """Parts do not serve this shape: their sums are not exact, or there are as many as events."""


@dataclass(slots=True)
class Holding:
    """What a ledger has gathered: everything from *since* (µs) on among what came up to *seen*, in buckets of *grain*."""

    grain: int
    since: int
    seen: int
    probes: dict[Probe, int] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)  # until when each probe was asked for last
    tables: list[pa.Table] = field(default_factory=list)
    weight: float = 0.0

    def covers(self, stretch: Stretch) -> bool:
        """Whether its buckets make up *stretch*."""
        return stretch.start >= self.since and stretch.grain(self.grain) == self.grain

    @property
    def nbytes(self) -> int:
        """Of all its parts."""
        return sum(table.nbytes for table in self.tables)


class Ledger:
    """Gathers, merges and adds up parts of one shape. Used by one thread at a time."""

    def __init__(
        self, source: EventSource, parted: Parted, stands: Callable[[Member], bool], *, most_rows: int
    ) -> None:
        self._source, self._parted, self._stands = source, parted, stands
        self._most_rows = most_rows
        self._gatherings: dict[tuple[Lifted | None, ...], Gathering] = {}
        self._numbers = itertools.count()

    def bring_up(
        self, holding: Holding, members: Sequence[tuple[Member, Stretch]], deadline: dt.timedelta
    ) -> None:
        """Have *holding* know all that came by now, for every probe of *members*.

        Raises:
            QueryFailed: the events could not be read.
            Unfit: parts do not serve.
        """
        witness, border = members[0][0], members[0][0].known.shape.border
        upto = self._source.highest_sequence()
        if holding.probes and upto > holding.seen:
            fresh = [
                self._gathered(holding, lot, (holding.seen, upto), witness, deadline)
                for lot in self._lots(list(holding.probes.items()))
            ]
            for table in fresh:
                self._keep(holding, table)
        holding.seen = upto
        unknown = {
            probe for member, _ in members if (probe := member.known.constants[:border]) not in holding.probes
        }
        for lot in self._lots([(probe, next(self._numbers)) for probe in unknown]):
            table = self._gathered(holding, lot, (-1, upto), witness, deadline)
            holding.probes.update(lot)
            self._keep(holding, table)
        for member, stretch in members:
            number = holding.probes[member.known.constants[:border]]
            holding.asked[number] = max(stretch.end, holding.asked.get(number, 0))

    def merge(self, holding: Holding, first: int, deadline: dt.timedelta) -> None:
        """Make one table of all parts, without what is before *first* (µs) and probes that nobody asked for since.

        Raises:
            QueryFailed: the engine could not.
            Unfit: there are nearly as many parts as events.
        """
        kept = {number for number, asked in holding.asked.items() if asked >= first}
        values = {"first": first // holding.grain}
        with self._cursor(self._parted.merging, deadline) as cursor:
            cursor.register(PARTS, pa.concat_tables(holding.tables))
            cursor.register(KEPT, pa.table({PART: pa.array(sorted(kept), pa.int64())}))
            table = cursor.sql(_inlined(self._parted.merging, values)).to_arrow_table()
        holding.tables = [table]
        holding.since = max(holding.since, values["first"] * holding.grain)
        holding.probes = {probe: number for probe, number in holding.probes.items() if number in kept}
        holding.asked = {number: asked for number, asked in holding.asked.items() if number in kept}
        check_condensed(holding)

    def add(
        self, holding: Holding, members: Sequence[tuple[Member, Stretch]], deadline: dt.timedelta
    ) -> Mapping[int, Sequence[Sequence[Any]]]:
        """The rows of each of *members*, by its place.

        Raises:
            QueryFailed: the engine could not add them up, or there are too many.
        """
        border = members[0][0].known.shape.border
        probes: dict[tuple[object, ...], int] = {}
        targets: dict[tuple[object, ...], int] = {}
        target_of: dict[int, int] = {}
        for member, stretch in members:
            constants = member.known.constants
            probe = (holding.probes[constants[:border]], *stretch.buckets(holding.grain))
            place = probes.setdefault(probe, len(probes))
            target = (place, *(each.value for each in constants[border:]))
            target_of[member.place] = targets.setdefault(target, len(targets))
        kinds = members[0][0].known.shape.kinds
        whole = "int64"
        with self._cursor(self._parted.adding, deadline) as cursor:
            cursor.register(PARTS, pa.concat_tables(holding.tables))
            cursor.register(PROBES, row_table([PART, FIRST, BEHIND], [whole] * 3, probes, PROBE))
            cursor.register(TARGETS, row_table([PROBE, *self._parted.high], [whole, *kinds], targets, TARGET))
            rows = cursor.execute(self._parted.adding).fetchmany(self._most_rows + 1)
        if len(rows) > self._most_rows:
            raise QueryFailed("more rows than one reading may have", transient=True)
        by_target: dict[int, list[Sequence[Any]]] = {}
        for target_, *values in rows:
            by_target.setdefault(target_, []).append(values)
        return {place: by_target.get(target_, ()) for place, target_ in target_of.items()}

    def _lots(self, probes: Sequence[tuple[Probe, int]]) -> Iterable[Sequence[tuple[Probe, int]]]:
        """*probes* as they are read together: all, unless every event must be held against each."""
        if not probes:
            return []
        if self._gathering(probes).is_found_by_hash:
            return [probes]
        return [probes[start : start + FEW] for start in range(0, len(probes), FEW)]

    def _gathered(
        self,
        holding: Holding,
        lot: Sequence[tuple[Probe, int]],
        came: tuple[int, int],
        witness: Member,
        deadline: dt.timedelta,
    ) -> pa.Table:
        """The parts of *lot* among the events that came after the first and up to the second of *came*."""
        plan = self._gathering(lot)
        kinds = [lot[0][0][n].type for n in plan.low]
        probes: dict[tuple[object, ...], int] = {
            (*(probe[n].value for n in plan.low), number): number for probe, number in lot
        }
        table = row_table([*(f"{PREFIX}{n}" for n in plan.low), "own"], [*kinds, "int64"], probes, PROBE)
        start = EPOCH + holding.since * MICROSECOND
        values: dict[str, dt.datetime | int] = {
            "start": naive(start, LAST),
            "end": LAST,
            "after": came[0],
            "upto": came[1],
            "grain": holding.grain,
        }
        with self._cursor(plan.sql, deadline) as cursor:
            cursor.register(PROBES, table)
            found: pa.Table = cursor.sql(_inlined(plan.sql, values)).to_arrow_table()
        if not self._stands(witness):
            raise QueryFailed("fields moved under the reading", transient=True)
        if found.num_rows > MOST_PARTS:
            raise Unfit
        return found

    def _gathering(self, lot: Sequence[tuple[Probe, int]]) -> Gathering:
        columns = zip(*(probe for probe, _ in lot), strict=True)
        shared = tuple(column[0] if len(set(column)) == 1 else None for column in columns)
        if shared not in self._gatherings:
            if len(self._gatherings) >= FEW:
                self._gatherings.clear()
            self._gatherings[shared] = self._parted.gathering(shared)
        return self._gatherings[shared]

    def _keep(self, holding: Holding, table: pa.Table) -> None:
        """Add *table* to what is held, unless a sum may no longer be exact."""
        heaviest = 0.0
        for name in self._parted.weights:
            sums = table.group_by(PART).aggregate([(name, "sum")])[f"{name}_sum"]
            heaviest = max(heaviest, pc.max(sums).as_py() or 0.0)
        holding.weight += heaviest
        if not holding.weight < EXACT:
            raise Unfit
        holding.tables.append(table.drop_columns(self._parted.weights))

    def _cursor(self, sql: str, deadline: dt.timedelta) -> Any:
        return guarded(self._source, sql, deadline)


MANY_PARTS = 4_096  # fewer cost nothing, however many events they stand for


def check_condensed(holding: Holding) -> None:
    """Raises `Unfit` where reading parts takes about as long as reading the events."""
    parts = sum(table.num_rows for table in holding.tables)
    if parts > MANY_PARTS and 2 * parts > sum(pc.sum(table[ROWS]).as_py() or 0 for table in holding.tables):
        raise Unfit


def _inlined(sql: str, values: Mapping[str, dt.datetime | int]) -> str:
    """*sql* with *values* in the place of its parameters: what is known when it plans narrows what is read."""

    def literal(value: dt.datetime | int) -> str:
        return str(value) if isinstance(value, int) else f"TIMESTAMP '{value}'"

    parts = pieces(sql)
    return "".join(part if place % 2 == 0 else literal(values[part]) for place, part in enumerate(parts))
