"""What one source may send, and what is counted of all of them."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.events import Backpressure, Event, EventStore, Quotas, SourceLimit
from lynxalert.events.quota import MOST_COUNTED, Tallies
from tests.events.stores import NOON, Standing

SECOND = dt.timedelta(seconds=1)


def events(source: str, count: int, raw: str = "x") -> list[Event]:
    return [Event(raw, source=source)] * count


def test_a_source_above_its_rate_waits_as_long_as_it_must() -> None:
    quotas = Quotas({"app-*": SourceLimit(rate=10)})
    quotas.admit(events("app-1", 20), (), NOON)  # two seconds of it at once
    with pytest.raises(Backpressure) as told:
        quotas.admit(events("app-1", 1), (), NOON)
    assert told.value.retry_after == dt.timedelta(seconds=0.1)
    quotas.admit(events("app-2", 20), (), NOON)  # each for itself
    quotas.admit(events("web", 1_000), (), NOON)
    quotas.admit(events("app-1", 50), (), NOON + SECOND)  # beyond what is left, then waits longer
    with pytest.raises(Backpressure) as told:
        quotas.admit(events("app-1", 1), (), NOON + 2 * SECOND)
    assert told.value.retry_after == dt.timedelta(seconds=3.1)
    quotas.admit(events("app-1", 1), (), NOON + 6 * SECOND)


def test_a_refused_request_costs_nobody_anything() -> None:
    quotas = Quotas({"*": SourceLimit(rate=1)})
    quotas.admit(events("a", 2), (), NOON)
    for _ in range(3):
        with pytest.raises(Backpressure):
            quotas.admit([*events("b", 1), *events("a", 1)], (), NOON)
    assert quotas.admit(events("b", 2), (), NOON)


async def test_what_is_too_long_is_kept_apart_and_counted() -> None:
    store = EventStore(clock=Standing())
    store.quotas = Quotas({"chatty": SourceLimit(size=5), "*": SourceLimit()})
    receipt = await store.accept(
        [*events("chatty", 1, "short"), *events("chatty", 1, "longer"), *events("b", 1, "longer")]
    )
    assert receipt.accepted == 2
    assert receipt.rejected == ((2, "longer than the 5 characters that `chatty` may send"),)
    assert [each.reject.raw for each in store.dead_letters()] == ["longer"]
    assert store.tallies.counts == {
        ("chatty", "accepted", ""): 1,
        ("chatty", "rejected", "longer than the 5 characters that `chatty` may send"): 1,
        ("b", "accepted", ""): 1,
    }
    store.quotas = Quotas({"*": SourceLimit(rate=1)})
    await store.accept(events("b", 2))
    with pytest.raises(Backpressure):
        await store.accept(events("b", 3))
    assert store.tallies.counts["b", "refused", "Backpressure"] == 3
    store.close()


def test_sources_are_counted_by_name_up_to_a_number() -> None:
    tallies = Tallies()
    for number in range(MOST_COUNTED + 50):
        tallies.add(f"s{number}", "accepted", "", 2)
    assert len({source for source, _, _ in tallies.counts}) == MOST_COUNTED + 1
    assert tallies.counts["other", "accepted", ""] == 100


def test_reasons_are_counted_without_their_details_up_to_a_number() -> None:
    tallies = Tallies()
    for column in range(5):
        tallies.add("s", "rejected", f"not a JSON object: unexpected character at column {column}", 1)
    assert tallies.counts == {("s", "rejected", "not a JSON object"): 5}
    for number in range(MOST_COUNTED + 50):
        tallies.add("s", "rejected", f"reason {number}", 1)
    assert tallies.counts["s", "rejected", "other"] == 51
    assert len(tallies.counts) == MOST_COUNTED + 1
