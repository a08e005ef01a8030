from __future__ import annotations

import gc
import json

from lynxalert.events import EventStore
from lynxalert.events.collector import uncollected
from lynxalert.events.lateness import REMEMBERED, Lateness
from tests.events.stores import Standing


def test_the_earliest_of_the_batches_beyond_a_sequence() -> None:
    lateness = Lateness(10)
    lateness.add(12, 700)
    lateness.add(15, 500)
    lateness.add(20, 900)
    assert lateness.earliest_since(10) == (True, 500)
    assert lateness.earliest_since(15) == (True, 900)
    assert lateness.earliest_since(20) == (True, None)


def test_what_came_before_the_start_is_unknown() -> None:
    assert Lateness(10).earliest_since(9) == (False, None)


def test_old_batches_are_forgotten() -> None:
    lateness = Lateness(0)
    for sequence in range(1, REMEMBERED + 2):
        lateness.add(sequence, sequence)
    assert lateness.earliest_since(0) == (False, None)
    assert lateness.earliest_since(1) == (True, 2)


def test_the_collector_is_back_when_the_last_has_left() -> None:
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
    gc.enable()


def test_events_that_come_more_than_a_minute_late_are_counted() -> None:
    store = EventStore(clock=Standing())
    times = ["2026-11-21T11:58:59Z", "2026-11-21T11:59:00Z", "2026-11-21T12:00:00Z", "2026-11-21T12:30:00Z"]
    store.ingest(json.dumps({"time": time}) for time in times)
    assert store.counters().late == 1
    store.ingest(["no time at all", '{"time":"2020-01-01T00:00:00Z"}'])
    assert (store.counters().late, store.counters().stored) == (2, 6)
    store.close()
