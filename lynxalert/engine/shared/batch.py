"""Asks → batches: one reading of the events each, for all asks of one shape; or one ask alone. Reads no events."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lynxalert.engine.run import FIRST, LAST, naive
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.guard import Guard
from lynxalert.engine.shared.joined import END, PROBE, START, TARGET
from lynxalert.engine.shared.known import Known
from lynxalert.engine.shared.literals import PREFIX, Lifted
from lynxalert.engine.shared.shape import Shape
from lynxalert.plan import TimeWindow

# Columns by the names that lifted constants give their types, and the times of windows.
TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "instant": pa.timestamp("us"),
}
INSTANT, WHOLE = "instant", "int64"


@dataclass(frozen=True, slots=True)
class Member:
    """One ask of a batch: its *place* among all asks, and the window it reads. *guard*: it counts the rows of another."""

    place: int
    ask: Ask
    known: Known
    window: TimeWindow
    guard: Guard | None = None

    @property
    def stretch(self) -> tuple[dt.datetime, dt.datetime]:
        """Its window as the engine holds times."""
        return naive(self.window.start, FIRST), naive(self.window.end, LAST)


@dataclass(frozen=True, slots=True)
class Batch:
    """Members of one shape and, where the shape depends on it, of one T."""

    shape: Shape
    members: tuple[Member, ...]

    @property
    def is_alone(self) -> bool:
        """Whether nobody shares the reading."""
        return len(self.members) == 1

    @property
    def constants(self) -> tuple[Lifted, ...]:
        """Those of any member: what does not vary is the same in all."""
        return self.members[0].known.constants

    def varying(self) -> frozenset[int]:
        """The numbers of the constants in which members differ."""
        columns = zip(*(each.known.constants for each in self.members), strict=True)
        return frozenset(n for n, column in enumerate(columns) if len(set(column)) > 1)

    def halves(self) -> tuple[Batch, Batch]:
        """The same in two batches."""
        middle = len(self.members) // 2
        return Batch(self.shape, self.members[:middle]), Batch(self.shape, self.members[middle:])

    def in_lots(self, size: int) -> list[Batch]:
        """The same in batches of *size* sets of constants up to the aggregation, at most."""
        border = self.shape.border
        found: dict[tuple[Lifted, ...], list[Member]] = {}
        for each in self.members:
            found.setdefault(each.known.constants[:border], []).append(each)
        sets = list(found.values())
        lots = (sets[start : start + size] for start in range(0, len(sets), size))
        return [Batch(self.shape, tuple(itertools.chain.from_iterable(lot))) for lot in lots]


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables beside the events, and the target of each member."""

    probes: pa.Table
    targets: pa.Table
    target_of: tuple[int, ...]


def tabulate(batch: Batch, varying: frozenset[int]) -> Tables:
    """Probes and targets of *batch*, none twice."""
    border = batch.shape.border
    low, high = (sorted(n for n in varying if (n < border) is below) for below in (True, False))
    probes: dict[tuple[object, ...], int] = {}
    targets: dict[tuple[object, ...], int] = {}
    target_of = []
    for each in batch.members:
        constants = each.known.constants
        probe = (*each.stretch, *(constants[n].value for n in low))
        place = probes.setdefault(probe, len(probes))
        target = (place, *(constants[n].value for n in high))
        target_of.append(targets.setdefault(target, len(targets)))
    types = batch.constants
    return Tables(
        row_table(
            [START, END, *(f"{PREFIX}{n}" for n in low)],
            [INSTANT, INSTANT, *_types(low, types)],
            probes,
            PROBE,
        ),
        row_table([PROBE, *(f"{PREFIX}{n}" for n in high)], [WHOLE, *_types(high, types)], targets, TARGET),
        tuple(target_of),
    )


def grouped(members: Iterable[Member]) -> list[Batch]:
    """*members* in batches."""
    found: dict[tuple[str, dt.datetime | None], list[Member]] = {}
    for each in members:
        shape = each.known.shape
        found.setdefault((shape.text, each.ask.now if shape.uses_now else None), []).append(each)
    return [Batch(members[0].known.shape, tuple(members)) for members in found.values()]


def row_table(
    names: Sequence[str], types: Sequence[str], rows: dict[tuple[object, ...], int], number: str
) -> pa.Table:
    """The keys of *rows* as columns of *types*, their numbers as the last one, *number*."""
    columns = zip(*rows, strict=True)
    arrays: list[pa.Array[Any]] = [
        pa.array(column, TYPES[type_]) for column, type_ in zip(columns, types, strict=True)
    ]
    return pa.table([*arrays, pa.array(rows.values(), pa.int64())], names=[*names, number])


def _types(numbers: Sequence[int], constants: Sequence[Lifted]) -> list[str]:
    return [constants[n].type for n in numbers]
