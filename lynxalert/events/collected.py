"""Rows handed to an index → events. Stores nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from lynxalert.clock import rfc3339
from lynxalert.events.event import Event
from lynxalert.events.records import raw_text
from lynxalert.plan.sinks import EventSink, Output
from lynxalert.plan.written import fields

PAIR = re.compile(r'\s*([A-Za-z_][\w.]*)\s*=\s*(?:"([^"]*)"|([^,\s]*))\s*(?:,|$)?')


def events_of(output: Output) -> list[Event]:
    """One event per row. A row with its `_raw` is that text, any other a JSON object of its fields."""
    sink = output.sink
    assert isinstance(sink, EventSink)
    marks = marked(sink.marker)
    made = []
    for row in output.rows:
        time, raw = row.get("_time"), row.get("_raw")
        if isinstance(raw, str):
            text = f"{raw}, {sink.marker}" if sink.marker else raw
        else:
            text = raw_text(
                {name: _plain(value) for name, value in (fields(row, output.columns) | marks).items()}
            )
        moment = _aware(time) if isinstance(time, dt.datetime) else output.time
        made.append(Event(text, sink.index, sink.source, sink.sourcetype, sink.host, moment))
    return made


def marked(marker: str) -> dict[str, str]:
    """`a=b, c="d e"` as fields; what is no list of pairs is the field `marker`."""
    if not marker:
        return {}
    found: dict[str, str] = {}
    place = 0
    while place < len(marker):
        pair = PAIR.match(marker, place)
        if pair is None:
            return {"marker": marker}
        found[pair[1]] = pair[2] if pair[2] is not None else pair[3]
        place = pair.end()
    return found


def _aware(time: dt.datetime) -> dt.datetime:
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _plain(value: Any) -> Any:
    return rfc3339(_aware(value)) if isinstance(value, dt.datetime) else value
