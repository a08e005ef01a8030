"""Names of fields × a range of time → how many events have each, since when and until when. One pass over each table.

The language says the same, one expression a field over every event; over many rare fields that takes ten times as long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from lynxalert.engine.catalog import Catalog, EventSource, StoredStream
from lynxalert.engine.run import FIRST, LAST, StoreDamaged, guarded, naive
from lynxalert.engine.runner import DEADLINE
from lynxalert.engine.watchdog import Stop
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    column,
    every,
    identifier,
    is_present,
    number,
    text,
    within,
)
from lynxalert.plan import TimeWindow
from lynxalert.plan.schema import METADATA

ATTEMPTS = 3  # while fields move between columns and `_extra`


@dataclass(frozen=True, slots=True)
class Seen:
    """*count* events have a field, the first and the last of them at these times (aware, UTC); None without any."""

    count: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None

    def joined(self, count: int, first: dt.datetime | None, last: dt.datetime | None) -> Seen:
        """With *count* events more; times as the engine gives them, naive."""
        times = [each for each in (self.first, self.last, aware(first), aware(last)) if each is not None]
        return Seen(self.count + count, min(times, default=None), max(times, default=None))


def aware(time: dt.datetime | None) -> dt.datetime | None:
    """*time* with its zone."""
    return None if time is None else time.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Presence:
    """Counts fields of *source* over *window*; ends at *deadline*, or when *stop* is said."""

    source: EventSource
    window: TimeWindow
    stop: Stop | None = None
    deadline: dt.timedelta = DEADLINE

    def of(self, names: Sequence[str]) -> tuple[int, dict[str, Seen]]:
        """How many events there are, and of *names* those that some have.

        Raises:
            QueryFailed: the engine could not, in time or at all.
        """
        for _ in range(ATTEMPTS):
            catalog = self.source.catalog()
            found = self._counted(catalog, names)
            if self.source.catalog().version == catalog.version:
                break
        return found

    def _counted(self, catalog: Catalog, names: Sequence[str]) -> tuple[int, dict[str, Seen]]:
        total, seen = 0, dict[str, Seen]()
        for stream in catalog.streams:
            columns = dict(_columns(stream, names))
            [row] = self._rows(_of_columns(stream, columns.values(), self.window))
            total += row[0]
            parts = [(name, *row[1 + 3 * place : 4 + 3 * place]) for place, name in enumerate(columns)]
            parts += [("index", row[0], *row[-2:])] if "index" in names else []
            loose = [name for name in names if _may_be_loose(stream, name)]
            parts += self._rows(_of_extras(stream, loose, self.window)) if loose else []
            for name, count, first, last in parts:
                if count:
                    seen[name] = seen.get(name, Seen()).joined(count, first, last)
        return total, seen

    def _rows(self, select: exp.Select) -> list[Any]:
        sql = select.sql(dialect="duckdb")
        try:
            with guarded(self.source, sql, self.deadline, self.stop) as cursor:
                return cursor.execute(sql).fetchall()
        except StoreDamaged as damage:
            self.source.report_damage(str(damage))
            raise


def _columns(stream: StoredStream, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The fields among *names* that *stream* has in columns, with those."""
    for name in names:
        field = stream.fields.get(name)
        if name in METADATA:
            if name != "index":
                yield name, name
        elif field is not None and field.column is not None:
            yield name, field.column


def _may_be_loose(stream: StoredStream, name: str) -> bool:
    """Whether values of *name* may be in `_extra`."""
    field = stream.fields.get(name)
    return name not in METADATA and field is not None and not (field.column and field.complete)


def _of_columns(stream: StoredStream, columns: Iterable[str], window: TimeWindow) -> exp.Select:
    time = column("_time", "e")
    wanted: list[Node] = [call("count", exp.Star())]
    for name in columns:
        held = column(name, "e")
        present = case((is_present(held), time))
        wanted += [call("count", held), call("min", present), call("max", present.copy())]
    wanted += [call("min", time), call("max", time.copy())]
    return _from(stream, wanted, [_inside(window)])


def _of_extras(stream: StoredStream, names: Sequence[str], window: TimeWindow) -> exp.Select:
    extra, key = (
        column("_extra", "e"),
        exp.Alias(this=call("unnest", call("json_keys", column("_extra", "e"))), alias=identifier("k")),
    )
    keys = _from(stream, [column("_time", "e"), key], [_inside(window), is_present(extra)])
    wanted = [
        column("k"),
        call("count", exp.Star()),
        call("min", column("_time")),
        call("max", column("_time")),
    ]
    select = exp.Select(expressions=wanted)
    select.set("from_", exp.From(this=exp.Subquery(this=keys, alias=exp.TableAlias(this=identifier("s")))))
    select.set("where", exp.Where(this=within(column("k"), [text(name) for name in names])))
    select.set("group", exp.Group(expressions=[number(1)]))
    return select


def _from(stream: StoredStream, wanted: list[Node], conditions: list[Node]) -> exp.Select:
    select = exp.Select(expressions=wanted)
    table = exp.Table(this=identifier(stream.table), alias=exp.TableAlias(this=identifier("e")))
    select.set("from_", exp.From(this=table))
    select.set("where", exp.Where(this=every(conditions)))
    return select


def _inside(window: TimeWindow) -> Node:
    start, end = (
        cast(text(str(naive(*bound))), "TIMESTAMP") for bound in ((window.start, FIRST), (window.end, LAST))
    )
    return every([binary(">=", column("_time", "e"), start), binary("<", column("_time", "e"), end)])
