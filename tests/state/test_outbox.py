"""The outbox: in order within an episode, one in flight per destination, nothing lost with a lease."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.channel import target as target_of
from lynxalert.notify.configure import configure
from lynxalert.notify.model import Delivery, Failure, Quiet, Status
from lynxalert.notify.news import News
from lynxalert.notify.outbox import Lane, Outbox
from lynxalert.state import Database, StoredOutbox, begun, definitions, instances, notices, outbox, owed
from tests.state.samples import ALERT, INSTANCE, MINUTE, NOON, SECOND, WEBHOOK, delivery

LEASE = NOON + MINUTE


async def queued(database: Database, *deliveries: Delivery) -> StoredOutbox:
    await database.write(lambda tx: outbox.enqueue(tx, deliveries))
    return StoredOutbox(database)


async def claimed(box: Outbox, destination: str, now: dt.datetime, lease_until: dt.datetime) -> Lane | None:
    """The one lane that is claimed, if any is."""
    return next(iter(await box.claim(destination, now, lease_until)), None)


def delivered(lane: Lane | None, at: dt.datetime = NOON) -> Delivery:
    assert lane is not None
    return replace(
        lane.deliveries[0],
        status=Status.DELIVERED,
        attempt=lane.deliveries[0].attempt + 1,
        due_at=None,
        lease_until=None,
        settled_at=at,
    )


async def test_it_is_an_outbox(database: Database) -> None:
    box: Outbox = StoredOutbox(database)
    assert await box.destinations(NOON) == []
    assert await claimed(box, "webhook:hook", NOON, LEASE) is None
    assert await box.next_due(NOON) is None
    assert await box.reclaim() == 0


async def test_a_delivery_comes_back_as_it_was_queued(database: Database) -> None:
    box = await queued(database, delivery(), delivery())  # twice: the second is the first
    lane = await claimed(box, "webhook:hook", NOON, LEASE)
    assert lane is not None
    assert lane.deliveries == (replace(delivery(), status=Status.LEASED, lease_until=LEASE),)
    assert (lane.accepted, lane.channel) == (False, None)


async def test_a_later_sequence_waits_for_the_earlier_one(database: Database) -> None:
    end = delivery(sequence=2, kind=Kind.RESOLVED, due=NOON - MINUTE)
    box = await queued(database, delivery(), end)
    lane = await claimed(box, "webhook:hook", NOON, LEASE)
    assert lane is not None
    assert [each.sequence for each in lane.deliveries] == [1, 2]
    assert await claimed(box, "webhook:hook", NOON, LEASE) is None
    await box.settle([delivered(lane)])
    second = await claimed(box, "webhook:hook", NOON, LEASE)
    assert second is not None
    assert [each.sequence for each in second.deliveries] == [2]
    assert second.accepted


async def test_the_first_receipt_of_an_episode_comes_with_its_later_messages(database: Database) -> None:
    later = [delivery(sequence=2, kind=Kind.CHANGED), delivery(sequence=3, kind=Kind.RESOLVED)]
    box = await queued(database, delivery(), *later, delivery("ep_2", due=NOON + MINUTE))
    seen = []
    for receipt in ("C1:1.0", "C1:2.0", None):
        lane = await claimed(box, "webhook:hook", NOON, LEASE)
        assert lane is not None
        seen.append(lane.receipt)
        await box.settle([replace(delivered(lane), receipt=receipt)])
    assert seen == [None, "C1:1.0", "C1:1.0"]
    other = await claimed(box, "webhook:hook", NOON + MINUTE, LEASE + MINUTE)
    assert other is not None
    assert other.receipt is None


async def test_a_held_start_holds_its_end(database: Database) -> None:
    held = replace(delivery(due=None), reason=Quiet.MUTED)
    box = await queued(database, held, delivery(sequence=2, kind=Kind.RESOLVED))
    assert await box.destinations(NOON + MINUTE) == []
    async with database.read() as tx:
        assert await owed.held(tx) == (held,)
        assert await owed.held(tx, "alt_9") == ()
    await box.settle([replace(held, status=Status.SUPPRESSED)])
    lane = await claimed(box, "webhook:hook", NOON, LEASE)
    assert lane is not None
    assert (lane.deliveries[0].sequence, lane.accepted) == (2, False)


async def test_one_destination_has_one_in_flight_and_delays_no_other(database: Database) -> None:
    box = await queued(database, delivery("ep_1"), delivery("ep_2"), delivery("ep_3", name="other"))
    assert await box.destinations(NOON) == ["webhook:hook", "webhook:other"]
    assert await claimed(box, "webhook:hook", NOON, LEASE) is not None
    assert await claimed(box, "webhook:hook", NOON, LEASE) is None
    assert await box.destinations(NOON) == ["webhook:other"]
    assert await claimed(box, "webhook:other", NOON, LEASE) is not None


async def test_the_longest_waiting_goes_first_and_nothing_goes_early(database: Database) -> None:
    box = await queued(
        database,
        delivery("ep_late", due=NOON + MINUTE),
        delivery("ep_second", due=NOON - SECOND),
        delivery("ep_first", due=NOON - MINUTE),
    )
    order = []
    while lane := await claimed(box, "webhook:hook", NOON, LEASE):
        order.append(lane.deliveries[0].episode)
        await box.settle([delivered(lane)])
    assert order == ["ep_first", "ep_second"]
    assert await box.next_due(NOON) == NOON + MINUTE


async def test_a_lease_that_ran_out_is_due_again(database: Database) -> None:
    box = await queued(database, delivery())
    assert await claimed(box, "webhook:hook", NOON, LEASE) is not None
    assert await box.next_due(NOON) == LEASE
    assert await claimed(box, "webhook:hook", LEASE - SECOND, LEASE) is None
    lane = await claimed(box, "webhook:hook", LEASE, LEASE + MINUTE)
    assert lane is not None
    assert lane.deliveries[0].attempt == 0


async def test_on_start_every_lease_is_free(database: Database) -> None:
    box = await queued(database, delivery(), delivery("ep_2", name="other"))
    await claimed(box, "webhook:hook", NOON, LEASE)
    assert await box.reclaim() == 1
    assert await claimed(box, "webhook:hook", NOON, LEASE) is not None


async def test_what_became_of_each_attempt_is_kept(database: Database) -> None:
    box = await queued(database, delivery())
    lane = await claimed(box, "webhook:hook", NOON, LEASE)
    assert lane is not None
    failed = replace(
        lane.deliveries[0],
        status=Status.RETRYING,
        reason=Failure.SERVER,
        detail="HTTP 503",
        attempt=1,
        due_at=NOON + SECOND,
        settled_at=NOON,
        lease_until=None,
    )
    await box.settle([failed])
    await box.settle([replace(failed, due_at=NOON)])  # moved, not tried
    await box.settle([delivered(await claimed(box, "webhook:hook", NOON, LEASE), NOON + SECOND)])
    async with database.read() as tx:
        tries = await owed.attempts_of(tx, failed.id)
        assert [(each.attempt, each.at, str(each.status), each.detail) for each in tries] == [
            (1, NOON, "retrying", "HTTP 503"),
            (2, NOON + SECOND, "delivered", "HTTP 503"),
        ]
        assert await owed.counts(tx) == {Status.DELIVERED: 1}


async def test_the_channel_is_the_one_that_leads_to_the_target(database: Database) -> None:
    new = ChannelSpec(type="webhook", name="hook", config={"url": "https://example.com/new"})
    old, _ = configure("webhook", WEBHOOK.config, ())
    assert old is not None
    due = replace(delivery(), target=target_of(old, "hook"))
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    await database.write(lambda tx: definitions.put(tx, replace(ALERT, channels=(new,)), NOON))
    box = await queued(database, due)
    lane = await claimed(box, due.target.destination, NOON, LEASE)
    assert lane is not None
    assert lane.channel == WEBHOOK


async def test_a_channel_of_the_same_name_stands_in(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    box = await queued(database, delivery())
    lane = await claimed(box, "webhook:hook", NOON, LEASE)
    assert lane is not None
    assert lane.channel == WEBHOOK


async def test_deliveries_are_listed_newest_first(database: Database) -> None:
    await queued(database, *(delivery(f"ep_{n}") for n in range(4)), delivery("ep_x", alert_id="alt_2"))
    async with database.read() as tx:
        newest, *others = await owed.listed(tx, limit=9, alert_id="alt_1")
        assert newest.delivery.episode == "ep_3"
        assert len(others) == 3
        page = await owed.listed(tx, limit=1, alert_id="alt_1", before=newest.number)
        assert page == (others[0],)
        assert len(await owed.listed(tx, limit=9)) == 5
        assert await owed.listed(tx, limit=9, status=[Status.FAILED]) == ()
        assert await owed.find(tx, newest.delivery.id) == newest
        assert await owed.find(tx, "dlv_9") is None


async def test_a_failed_delivery_can_be_tried_again_by_hand(database: Database) -> None:
    failed = replace(delivery(due=None), status=Status.FAILED, reason=Failure.NOT_FOUND)
    box = await queued(database, failed)
    assert await database.write(lambda tx: owed.try_again(tx, failed.id, NOON))
    assert not await database.write(lambda tx: owed.try_again(tx, failed.id, NOON))
    assert await claimed(box, "webhook:hook", NOON, LEASE) is not None


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ([Status.DELIVERED, Status.FAILED], Status.DELIVERED),
        ([Status.COLLAPSED], Status.DELIVERED),
        ([Status.FAILED, Status.RETRYING], Status.RETRYING),
        ([Status.SUPPRESSED], Status.SUPPRESSED),
    ],
)
async def test_a_start_is_the_best_of_its_messages(
    database: Database, statuses: list[Status], best: Status
) -> None:
    told = [
        replace(delivery(sequence=n + 1, kind=kind), status=each, settled_at=NOON)
        for n, (each, kind) in enumerate(zip(statuses, [Kind.FIRED, Kind.REPEATED], strict=False))
    ]
    end = delivery(sequence=9, kind=Kind.RESOLVED, status=Status.DELIVERED)
    await queued(database, *told, end)
    async with database.read() as tx:
        (start,) = await begun.starts(tx, "alt_1", ["ep_1"], NOON + MINUTE)
    accepted = NOON if best is Status.DELIVERED else None
    assert (start.episode, start.status, start.accepted_at) == ("ep_1", best, accepted)
    assert start.target == end.target


async def test_starts_accepted_lately_are_known_for_the_cooldown(database: Database) -> None:
    lately = replace(delivery("ep_old"), status=Status.DELIVERED, settled_at=NOON)
    await queued(database, lately)
    async with database.read() as tx:
        assert [each.episode for each in await begun.starts(tx, "alt_1", [], NOON)] == ["ep_old"]
        assert await begun.starts(tx, "alt_1", [], NOON + SECOND) == ()
        assert await begun.starts(tx, "alt_2", ["ep_old"], NOON) == ()


async def test_a_repeat_does_not_begin_a_cooldown(database: Database) -> None:
    start = replace(delivery(), status=Status.DELIVERED, settled_at=NOON)
    repeat = delivery(sequence=2, kind=Kind.REPEATED, status=Status.DELIVERED)
    await queued(database, start, replace(repeat, settled_at=NOON + MINUTE))
    async with database.read() as tx:
        (known,) = await begun.starts(tx, "alt_1", [], NOON + MINUTE)
    assert known.accepted_at == NOON


async def test_what_was_suppressed_until_some_time_is_thought_of_again(database: Database) -> None:
    def muted(episode: str, until: dt.datetime | None, alert_id: str = "alt_1") -> Delivery:
        kept = delivery(episode, due=until, status=Status.SUPPRESSED, alert_id=alert_id)
        return replace(kept, reason=Quiet.MUTED)

    first, second = muted("ep_1", NOON), muted("ep_2", NOON + MINUTE)
    elsewhere, never = muted("ep_3", NOON, "alt_2"), muted("ep_4", None)
    async with database.read() as tx:
        assert await owed.next_waiting(tx) is None
    box = await queued(database, first, second, elsewhere, never)
    assert await box.destinations(NOON + MINUTE) == []
    async with database.read() as tx:
        assert await owed.waiting(tx, NOON) == {"alt_1": (first,), "alt_2": (elsewhere,)}
        assert await owed.next_waiting(tx) == NOON


async def test_what_a_mute_keeps_quiet_is_known(database: Database) -> None:
    over = replace(delivery("ep_0", status=Status.SUPPRESSED), reason=Quiet.MUTED)
    start = replace(delivery("ep_1", status=Status.SUPPRESSED), reason=Quiet.MUTED)
    end = replace(delivery("ep_0", sequence=2, due=None, kind=Kind.RESOLVED), reason=Quiet.MUTED)
    other = replace(delivery("ep_1", sequence=3, due=None), reason=Quiet.SILENCED)
    await queued(database, over, start, end, other)
    await database.write(
        lambda tx: instances.save(tx, "alt_1", {}, {INSTANCE.key: INSTANCE}, NOON)
    )  # of ep_1
    async with database.read() as tx:
        assert await owed.quieted(tx, [Quiet.MUTED], "alt_1") == (start, end)
        assert await owed.quieted(tx, [Quiet.MUTED], "alt_2") == ()


async def test_a_start_knows_the_channel_that_was_lost(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    await database.write(lambda tx: definitions.put(tx, replace(ALERT, channels=()), NOON))
    await queued(database, delivery())
    async with database.read() as tx:
        (start,) = await begun.starts(tx, "alt_1", ["ep_1"], NOON)
    assert start.channel == WEBHOOK


async def test_old_settled_deliveries_go_and_owed_ones_stay(database: Database) -> None:
    done = replace(delivery("ep_done"), status=Status.DELIVERED, attempt=1, settled_at=NOON)
    await queued(database, done, delivery("ep_owed"))
    assert await database.write(lambda tx: owed.prune(tx, NOON + SECOND)) == 1
    async with database.read() as tx:
        assert [each.delivery.episode for each in await owed.listed(tx, limit=9)] == ["ep_owed"]


async def test_what_an_end_or_a_cooldown_goes_by_stays(database: Database) -> None:
    def start(episode: str, at: dt.datetime = NOON) -> Delivery:
        return replace(delivery(episode), status=Status.DELIVERED, attempt=1, settled_at=at, created_at=at)

    lasting, over, lately = start("ep_1"), start("ep_over"), start("ep_lately", NOON + SECOND)
    owing, end = start("ep_owing"), delivery("ep_owing", sequence=2, kind=Kind.RESOLVED)
    await queued(database, lasting, over, lately, owing, end)
    await database.write(
        lambda tx: instances.save(tx, "alt_1", {}, {INSTANCE.key: INSTANCE}, NOON)
    )  # of ep_1
    assert await database.write(lambda tx: owed.prune(tx, NOON + MINUTE, NOON + SECOND)) == 1
    async with database.read() as tx:
        kept = [each.delivery for each in await owed.listed(tx, limit=9)]
    assert {each.id for each in kept} == {each.id for each in (lasting, lately, owing, end)}


async def test_a_repeat_stays_where_it_stands_for_the_start(database: Database) -> None:
    """As after a mute that kept the start quiet."""
    told = {"status": Status.DELIVERED, "attempt": 1, "settled_at": NOON}
    muted = replace(delivery("ep_1"), status=Status.SUPPRESSED, reason=Quiet.MUTED)
    await queued(database, muted, replace(delivery("ep_1", sequence=2, kind=Kind.REPEATED), **told))
    await database.write(lambda tx: instances.save(tx, "alt_1", {}, {INSTANCE.key: INSTANCE}, NOON))
    assert await database.write(lambda tx: owed.prune(tx, NOON + MINUTE)) == 0


async def test_trouble_stays_until_it_is_over_or_its_alert_is_gone(database: Database) -> None:
    def news(about: str, *, is_over: bool = False, alert_id: str = "") -> News:
        return News("alert_error", about, "Trouble", "…", NOON, is_over=is_over, alert_id=alert_id)

    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    for each in (
        news("lasts"),
        news("over"),
        news("over", is_over=True),
        news("of an alert", alert_id=ALERT.id),
        news("of one that is gone", alert_id="alt_gone"),
    ):
        await database.write(partial(notices.owe, news=each, specs=[WEBHOOK], now=NOON))
    async with database.read() as tx:
        told = [each.delivery for each in await owed.listed(tx, limit=9)]
    settled = [replace(each, status=Status.DELIVERED, settled_at=NOON) for each in told]
    await database.write(lambda tx: outbox.store(tx, settled))
    assert await database.write(lambda tx: owed.prune(tx, NOON + MINUTE)) == 3
    async with database.read() as tx:
        kept = {each.delivery.key for each in await owed.listed(tx, limit=9)}
    assert kept == {news("lasts").key, news("of an alert").key}


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 3)), max_size=12))
def test_whatever_is_due_when_an_episode_is_told_in_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, int]]
) -> None:
    import asyncio

    async def run() -> list[tuple[str, int]]:
        database = await Database.open(tmp_path_factory.mktemp("outbox") / "state.sqlite")
        box = await queued(
            database, *(delivery(episode, sequence, due=NOON + n * SECOND) for episode, sequence, n in rows)
        )
        order = []
        while lane := await claimed(box, "webhook:hook", NOON + MINUTE, LEASE + MINUTE):
            order.append((lane.deliveries[0].episode, lane.deliveries[0].sequence))
            await box.settle([delivered(lane)])
        await database.close()
        return order

    order = asyncio.run(run())
    assert sorted(order) == sorted({(episode, sequence) for episode, sequence, _ in rows})
    for episode in "abc":
        told = [sequence for each, sequence in order if each == episode]
        assert told == sorted(told)


async def test_several_are_claimed_at_once_the_longest_waiting_first(database: Database) -> None:
    waiting = [delivery(f"ep_{n}", due=NOON - n * SECOND) for n in range(5)]
    later = delivery("ep_0", sequence=2, kind=Kind.RESOLVED, due=NOON - MINUTE)
    box = await queued(database, *waiting, later, delivery("ep_9", name="other"))
    lanes = await box.claim("webhook:hook", NOON, LEASE, 3)
    assert [lane.deliveries[0].episode for lane in lanes] == ["ep_4", "ep_3", "ep_2"]
    assert await box.claim("webhook:hook", NOON, LEASE, 3) == ()
    await box.settle([delivered(lane) for lane in lanes])
    lanes = await box.claim("webhook:hook", NOON, LEASE, 3)
    assert [[each.sequence for each in lane.deliveries] for lane in lanes] == [[1], [1, 2]]


async def test_what_was_claimed_and_not_tried_is_given_back(database: Database) -> None:
    box = await queued(database, *(delivery(f"ep_{n}") for n in range(3)))
    first, *rest = await box.claim("webhook:hook", NOON, LEASE, 3)
    await box.release(rest)
    await box.settle([delivered(first)])
    lanes = await box.claim("webhook:hook", NOON, LEASE, 3)
    assert [lane.deliveries[0].episode for lane in lanes] == ["ep_1", "ep_2"]
    assert {lane.deliveries[0].attempt for lane in lanes} == {0}


async def test_whoever_watches_channels_goes_on_watching_after_a_restart(database: Database) -> None:
    await StoredOutbox(database).tested(delivery().target, NOON, "reachable")
    box = StoredOutbox(database)
    watched = box.health.values
    await box.learn()
    assert [each.tested for each in watched()] == ["reachable"]
