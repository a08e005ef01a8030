"""What `transaction` does with many events, and while more arrive."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lynxalert.engine import Engine
from lynxalert.events import EventStore
from lynxalert.lang import Code
from tests.fakes import FakeClock
from tests.queries import NOW, run


def seconds(count: int) -> list[dict[str, Any]]:
    start = NOW - dt.timedelta(seconds=count)
    return [
        {"timestamp": (start + dt.timedelta(seconds=place)).isoformat(), "user": "ann", "n": place}
        for place in range(count)
    ]


def test_a_cut_that_nobody_asked_for_is_told() -> None:
    result = run(seconds(1_001), "| transaction user | table eventcount closed_txn")
    assert [row["eventcount"] for row in result.rows] == [1_000, 1]
    assert [(warning.code, warning.message) for warning in result.warnings] == [
        (Code.CUT, "a transaction was cut at 1,000 events")
    ]


def test_a_limit_that_was_given_is_not() -> None:
    for limit, counts in (("maxevents=600", [600, 401]), ("maxevents=-1", [1_001])):
        result = run(seconds(1_001), f"| transaction user {limit} | table eventcount")
        assert [row["eventcount"] for row in result.rows] == counts
        assert result.warnings == ()


class Meddling:
    """A cursor before whose second statement more events arrive."""

    def __init__(self, cursor: Any, store: EventStore) -> None:
        self.cursor, self.store, self.statements = cursor, store, 0

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "sql"):
            self.statements += 1
            if self.statements == 2:
                self.store.ingest(seconds(5))
        return getattr(self.cursor, name)


class MeddlingSource:
    """Events that change under the hands of whoever reads them in two steps."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    def catalog(self) -> Any:
        return self.store.catalog()

    def cursor(self) -> Any:
        return Meddling(self.store.cursor(), self.store)

    def highest_sequence(self) -> int:
        return self.store.highest_sequence()

    def erased(self) -> tuple[int, int]:
        return self.store.erased()

    def report_damage(self, reason: str) -> None:
        self.store.report_damage(reason)


def test_all_steps_of_a_query_see_the_same_events() -> None:
    store = EventStore(":memory:", clock=FakeClock(NOW))
    store.ingest([*seconds(4), {"timestamp": (NOW - dt.timedelta(days=1)).isoformat(), "user": "bob"}])
    result = Engine(MeddlingSource(store)).query("| transaction user | table user eventcount", now=NOW)
    assert [dict(row) for row in result.rows] == [
        {"user": "ann", "eventcount": 4},
        {"user": "bob", "eventcount": 1},
    ]
    store.close()
