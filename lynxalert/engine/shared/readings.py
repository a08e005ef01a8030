"""Batches → their rows: one reading of the events for all of a shape. Knows nothing of what is behind an ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.run import QueryFailed, guarded
from lynxalert.engine.shared.batch import Batch, Member, Tables, tabulate
from lynxalert.engine.shared.joined import PROBES, TARGETS, Joined
from lynxalert.engine.shared.literals import Lifted

MOST_PLANS = 1024  # SELECTs kept
FEW = 64  # probes that every event is held against, at most


class Readings:
    """Batches over the events of *source*; *stands*: whether what is known of a query still holds."""

    def __init__(self, source: EventSource, stands: Callable[[Member], bool], *, most_rows: int) -> None:
        self._source, self._stands, self._most_rows = source, stands, most_rows
        self._plans: dict[tuple[object, ...], Joined] = {}

    def cut(self, batch: Batch) -> list[Batch]:
        """*batch*, or parts of it where no equality says which events are whose: there every event meets every probe."""
        if batch.is_alone or self._plan(batch, batch.varying()).is_found_by_hash:
            return [batch]
        return batch.in_lots(FEW)

    def rows(self, batch: Batch, deadline: dt.timedelta) -> list[tuple[Member, Sequence[Sequence[Any]]]]:
        """The rows of each as the engine fetched them, in one reading.

        Raises:
            QueryFailed: for at least one of them; or they have too many rows for one reading.
        """
        varying = batch.varying()
        tables = tabulate(batch, varying)
        rows = self._fetch(batch, self._plan(batch, varying), tables, deadline)
        by_target: dict[int, list[Sequence[Any]]] = {}
        for target, *values in rows:
            by_target.setdefault(target, []).append(values)
        return [
            (each, by_target.get(target, ()))
            for each, target in zip(batch.members, tables.target_of, strict=True)
        ]

    def _fetch(
        self, batch: Batch, plan: Joined, tables: Tables, deadline: dt.timedelta
    ) -> list[tuple[Any, ...]]:
        stretches = [each.stretch for each in batch.members]
        values: dict[str, dt.datetime] = {
            "start": min(start for start, _ in stretches),
            "end": max(end for _, end in stretches),
        }
        if batch.shape.uses_now:
            values["now"] = batch.members[0].ask.now.astimezone(dt.UTC).replace(tzinfo=None)
        parameters = {name: value for name, value in values.items() if name in plan.parameters}
        with guarded(self._source, plan.sql, deadline) as cursor:
            cursor.register(PROBES, tables.probes)
            cursor.register(TARGETS, tables.targets)
            rows = cursor.execute(plan.sql, parameters).fetchmany(self._most_rows + 1)
        if len(rows) > self._most_rows:
            raise QueryFailed("more rows than one reading may have", transient=True)
        if not all(self._stands(each) for each in batch.members):
            raise QueryFailed("fields moved under the reading", transient=True)
        return rows

    def _plan(self, batch: Batch, varying: frozenset[int]) -> Joined:
        windows = len({each.stretch for each in batch.members}) > 1
        fixed: list[Lifted | None] = [
            None if n in varying else constant for n, constant in enumerate(batch.constants)
        ]
        key = (batch.shape.text, windows, *fixed)
        if key not in self._plans:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[key] = Joined(batch.shape, batch.constants, varying, windows=windows)
        return self._plans[key]
