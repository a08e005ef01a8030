"""What the tests of the store share: a clock that stands, and reading a store back by its catalog alone."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from lynxalert.events import EventStore
from lynxalert.events.stamps import FORMS

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


class Standing:
    """A clock that only moves when told."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.moment = now

    def now(self) -> dt.datetime:
        return self.moment

    async def sleep(self, duration: dt.timedelta) -> None:
        self.moment += duration


def rows(store: EventStore) -> list[dict[str, Any]]:
    """Every event by sequence: metadata under their names, fields as the engine's contract says to read them."""
    cursor = store.cursor()
    found: list[dict[str, Any]] = []
    for stream in store.catalog().streams:
        table = cursor.sql(f"SELECT * FROM {stream.table} JOIN {stream.raw_table} USING (_seq)")
        for values in table.fetchall():
            row = dict(zip(table.columns, values, strict=True))
            extra = json.loads(row["_extra"] or "{}")
            fields = {}
            for name, field in stream.fields.items():
                value = None if field.column is None else row[field.column]
                if field.written is not None and value is not None:
                    form = FORMS[field.written]
                    value = f"{value.isoformat(timespec=form.precision)}{form.zone}"
                if value is None and not field.complete:
                    value = extra.get(name)
                if value is not None:
                    fields[name] = value
            kept = ("_seq", "_time", "_indextime", "host", "source", "sourcetype", "_raw", "_text")
            found.append({"index": stream.index, **{name: row[name] for name in kept}, "fields": fields})
    return sorted(found, key=lambda row: row["_seq"])


def fields(store: EventStore) -> list[dict[str, Any]]:
    """The fields of every event by sequence."""
    return [row["fields"] for row in rows(store)]


def slots(store: EventStore) -> dict[str, tuple[str, bool, bool]]:
    """Type, whether promoted, whether complete, of each field of the only stream."""
    [stream] = store.catalog().streams
    return {
        name: (field.type.value, field.column is not None, field.complete)
        for name, field in stream.fields.items()
    }
