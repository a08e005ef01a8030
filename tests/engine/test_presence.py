"""Fields counted in one pass: what the language says of each of them, one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine import Engine
from lynxalert.engine.presence import Presence, Seen
from lynxalert.events import EventStore
from lynxalert.lang.quoting import quoted
from lynxalert.plan import ALL_TIME, TimeWindow
from tests.events.stores import NOON, Standing

KEYS = st.sampled_from(["a", "b", "it's", 'qu"ote', "a/b", "~", "A", "é", "back\\slash", "host", "level"])
VALUES = st.sampled_from([1, 1.5, True, "text", "", None, [], [1, "x"], {"c": 1}, 2**70, float("inf")])
EVENTS = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), min_size=1, max_size=40)
WINDOW = TimeWindow(NOON + dt.timedelta(seconds=3), NOON + dt.timedelta(seconds=40))


def stored(events: list[dict[str, Any]]) -> EventStore:
    store = EventStore(clock=Standing())
    timed = [
        {"timestamp": (NOON + dt.timedelta(seconds=number)).isoformat(), **event}
        for number, event in enumerate(events)
    ]
    store.ingest(timed[::2], source="even")
    store.ingest(timed[1::2], source="odd")
    return store


def told(store: EventStore, names: list[str], window: TimeWindow) -> dict[str, Seen]:
    """By the language."""
    wanted = []
    for place, name in enumerate(names):
        present = f"if(isnotnull({quoted(name, chr(39))}), _time, null())"
        wanted += [f"count(eval({present})) as n{place}"]
        wanted += [f"min(eval({present})) as a{place}, max(eval({present})) as z{place}"]
    [row] = Engine(store).query("| stats " + ", ".join(wanted), now=NOON, window=window).rows
    return {
        name: Seen(row[f"n{place}"], row[f"a{place}"], row[f"z{place}"]) for place, name in enumerate(names)
    }


@given(EVENTS, st.sampled_from([ALL_TIME, WINDOW]))
def test_one_pass_counts_as_the_language_does(events: list[dict[str, Any]], window: TimeWindow) -> None:
    store = stored(events)
    names = sorted({name for stream in store.catalog().streams for name in stream.fields})
    names += ["host", "index", "source", "sourcetype"]
    total, seen = Presence(store, window).of(names)
    [row] = Engine(store).query("| stats count", now=NOON, window=window).rows
    assert total == row["count"]
    assert {name: seen.get(name, Seen()) for name in names} == told(store, names, window)
    store.close()
