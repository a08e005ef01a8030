"""Edits: what is kept, what ends, what the channels hear, versions and cursors."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from lynxalert.alerts import ChannelSpec, Every
from lynxalert.daemon.edits import Edits
from lynxalert.notify.model import DeliveryError, Failure, Status
from lynxalert.notify.outbox import Lane
from lynxalert.notify.queueing import target_of
from lynxalert.notify.retry import after_failure
from lynxalert.state import StoredOutbox, Transaction, definitions, instances
from tests.daemon.evaluating import ALERT, HOOK, MINUTE, NOON, SECOND, Bench, Scripted, by_minute, other

OTHER = ChannelSpec(type="webhook", name="other", config={"url": "https://example.com/other"})


@pytest.fixture
async def bench(tmp_path: pathlib.Path) -> AsyncIterator[Bench]:
    opened = await Bench.open(tmp_path, Scripted(by_minute(3)), ALERT)
    await opened.pass_(MINUTE)
    assert await opened.told() == ["12:01 fired #1"]
    yield opened
    await opened.database.close()


async def accept(bench: Bench) -> None:
    """The provider takes whatever is due."""
    box = StoredOutbox(bench.database)
    now = bench.clock.now()
    for destination in await box.destinations(now):
        while lanes := await box.claim(destination, now, now + MINUTE):
            (lane,) = lanes
            head = lane.deliveries[0]
            done = replace(head, status=Status.DELIVERED, attempt=1, due_at=None, settled_at=now)
            await box.settle([done])


async def test_an_identical_definition_changes_nothing(bench: Bench) -> None:
    stored = await bench.put(replace(ALERT, version=7))
    assert stored == ALERT
    async with bench.database.read() as tx:
        assert await definitions.revisions(tx) == {"alt_0": 1}


async def test_a_cosmetic_change_keeps_the_state(bench: Bench) -> None:
    stored = await bench.put(replace(ALERT, name="Renamed", severity="critical"))
    assert stored.version == 1
    assert await bench.phases() == {"{}": "firing"}
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == ["12:01 fired #1"]


async def test_a_change_of_meaning_ends_what_fires_and_begins_anew(bench: Bench) -> None:
    stored = await bench.put(replace(ALERT, query="level=warn | stats count as errors"))
    assert stored.version == 2
    assert await bench.phases() == {}
    await bench.pass_(MINUTE)
    assert await bench.told() == ["12:01 fired #1", "12:01 resolved #2 (updated)", "12:02 fired #1"]
    first, second = await bench.deliveries(), await bench.queued()
    assert len({each.episode for each in first}) == 2
    assert second == ["fired queued", "resolved queued", "fired queued"]


async def test_a_lost_channel_still_hears_the_end_it_is_owed(bench: Bench) -> None:
    await accept(bench)
    await bench.put(replace(ALERT, channels=(OTHER,)))
    await bench.put(replace(ALERT, channels=(OTHER,), query="other"))
    assert [(str(each.kind), each.target.name, str(each.status)) for each in await bench.deliveries()] == [
        ("fired", "hook", "delivered"),
        ("fired", "other", "queued"),
        ("resolved", "hook", "queued"),
        ("resolved", "other", "queued"),
    ]
    assert (await claimed(bench)).accepted


async def claimed(bench: Bench, spec: ChannelSpec = HOOK) -> Lane:
    """What waits for the place of *spec*."""
    box, now, target = StoredOutbox(bench.database), bench.clock.now(), target_of(spec)
    assert target is not None
    (lane,) = await box.claim(target.destination, now, now + MINUTE)
    assert lane.channel == spec
    return lane


async def test_a_channel_that_joins_is_told_what_is_known(bench: Bench) -> None:
    await bench.put(replace(ALERT, channels=(OTHER,)), phrase=lambda _, row: f"errors is {row}")
    told = (await claimed(bench, OTHER)).deliveries[0].message
    fired = (await bench.deliveries())[0].message
    assert "errors is {'errors': 3}" in told.text
    assert (told.title, told.starts_at, told.result) == (fired.title, fired.starts_at, fired.result)


MENDED = replace(HOOK, config={"url": "https://example.com/mended"})


async def tried(bench: Bench, reason: Failure) -> None:
    """The provider fails at what is due, for good or for now."""
    box, now = StoredOutbox(bench.database), bench.clock.now()
    (destination,) = await box.destinations(now)
    (lane,) = await box.claim(destination, now, now + MINUTE)
    error = DeliveryError(reason, "no", permanent=reason is Failure.UNAUTHORIZED)
    await box.settle([after_failure(lane.deliveries[0], error, now, lambda: 0.5)])


@pytest.mark.parametrize("reason", [Failure.NETWORK, Failure.UNAUTHORIZED])
async def test_what_a_channel_never_took_goes_to_its_new_address_at_once(
    bench: Bench, reason: Failure
) -> None:
    await tried(bench, reason)
    await bench.put(replace(ALERT, channels=(MENDED,)))
    box, now = StoredOutbox(bench.database), bench.clock.now()
    (destination,) = await box.destinations(now)
    assert destination == target_of(MENDED).destination  # type: ignore[union-attr] # it is complete
    (lane,) = await box.claim(destination, now, now + MINUTE)
    assert (lane.channel, str(lane.deliveries[0].kind)) == (MENDED, "fired")


async def test_what_was_refused_of_an_episode_that_is_over_stays_refused(bench: Bench) -> None:
    await tried(bench, Failure.UNAUTHORIZED)
    await bench.put(replace(ALERT, enabled=False))
    await bench.put(replace(ALERT, channels=(MENDED,)))
    assert await bench.queued() == ["fired failed unauthorized", "resolved suppressed start_not_accepted"]


async def test_what_was_accepted_ends_where_it_was_accepted(bench: Bench) -> None:
    await accept(bench)
    await bench.put(replace(ALERT, channels=(MENDED,)))
    await bench.put(replace(ALERT, channels=(MENDED,), query="other"))
    box, now = StoredOutbox(bench.database), bench.clock.now()
    (destination,) = await box.destinations(now)
    (lane,) = await box.claim(destination, now, now + MINUTE)
    assert (lane.channel, lane.accepted) == (HOOK, True)


async def test_a_deleted_alert_ends_and_its_channel_is_known_until_then(bench: Bench) -> None:
    await accept(bench)
    assert await bench.remove()
    assert await bench.queued() == ["fired delivered", "resolved queued"]
    await accept(bench)
    assert await bench.database.write(definitions.forget_retired) == 1


async def test_a_new_interval_moves_the_cursor_and_keeps_the_state(bench: Bench) -> None:
    stored = await bench.put(replace(ALERT, schedule=Every(5 * MINUTE, "5m")))
    assert stored.version == 1
    cursor = await bench.cursor()
    assert (cursor.next_slot, cursor.checked_at) == (NOON + 5 * MINUTE, NOON + MINUTE)
    assert await bench.phases() == {"{}": "firing"}


async def test_an_alert_that_comes_back_has_other_episodes(bench: Bench) -> None:
    await bench.remove()
    again = await bench.put(ALERT)
    assert again.version == 2
    await bench.pass_(MINUTE)
    assert len({each.episode for each in await bench.deliveries()}) == 2


async def test_a_reload_is_all_or_nothing(bench: Bench) -> None:
    edits, now = Edits(), bench.clock.now()

    async def reload(tx: Transaction) -> None:
        await edits.put(tx, other(1), now)
        await edits.remove(tx, "alt_0", now)
        raise ValueError("the third alert is wrong")

    with pytest.raises(ValueError, match="the third"):
        await bench.database.write(reload)
    async with bench.database.read() as tx:
        assert await definitions.revisions(tx) == {"alt_0": 1}
    assert await bench.phases() == {"{}": "firing"}


async def test_what_its_author_wrote_is_kept_beside_it(bench: Bench) -> None:
    now = bench.clock.now()
    written = await bench.database.write(lambda tx: Edits().put(tx, ALERT, now, {"type": "no_data"}))
    assert (written.document, written.revision) == ({"type": "no_data"}, 2)


async def test_a_disabled_alert_begins_again_with_the_next_slot(bench: Bench) -> None:
    await bench.put(replace(ALERT, enabled=False))
    bench.clock.tick(10 * MINUTE)
    await bench.put(ALERT)
    assert (await bench.cursor()).next_slot == NOON + 12 * MINUTE
    assert bench.clock.now() == NOON + 11 * MINUTE + SECOND


async def test_many_at_once_are_put_as_each_by_itself(bench: Bench) -> None:
    """What is the same stays, what differs is edited, what is new or comes back gets a cursor."""
    now, edits = bench.clock.now(), Edits()
    back = await bench.put(other(7))
    assert await bench.remove(back.id)
    wanted = [
        replace(ALERT, version=3),
        replace(back, name="Back"),
        other(8),
        other(9, query="level=warn | stats count as errors"),
    ]
    async with bench.database.read() as tx:
        stored = {each.alert.id: each for each in await definitions.every(tx)}
    together = await bench.database.write(lambda tx: edits.put_all(tx, wanted, stored, now))
    assert together.keys() == {each.id for each in wanted}
    assert [together[each.id].alert.version for each in wanted] == [1, 2, 1, 1]
    async with bench.database.read() as tx:
        assert {each.alert.id: each for each in await definitions.every(tx)} == together
        cursors = await instances.cursor_of(tx, list(together))
    assert cursors.keys() == together.keys()
    changed = [replace(each, name="Renamed") for each in wanted]
    again = await bench.database.write(lambda tx: edits.put_all(tx, changed, together, now))
    assert [again[each.id].revision for each in wanted] == [together[each.id].revision + 1 for each in wanted]
