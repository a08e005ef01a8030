"""Silences, mutes, acknowledgements: when they hold, whom they cover, how they end."""

from __future__ import annotations

from lynxalert.notify.matchers import Matcher
from lynxalert.state import Ack, Database, Silence, overlays
from tests.state.samples import MINUTE, NOON

NIGHT = Silence(
    id="sil_1",
    starts_at=NOON,
    ends_at=NOON + 9 * MINUTE,
    matchers=(Matcher("env", "=", "test"),),
    reason="deploy",
    who="ada",
)
MUTE = Silence(id="sil_2", starts_at=NOON, ends_at=None, alert_id="alt_1")


def test_a_silence_covers_labels_and_a_mute_its_alert() -> None:
    assert NIGHT.covers("alt_1", {"env": "test", "host": "a"}, NOON)
    assert not NIGHT.covers("alt_1", {"env": "live"}, NOON)
    assert not NIGHT.covers("alt_1", {}, NOON)
    assert not NIGHT.covers("alt_1", {"env": "test"}, NOON - MINUTE)
    assert not NIGHT.covers("alt_1", {"env": "test"}, NOON + 9 * MINUTE)
    assert MUTE.covers("alt_1", {}, NOON + 900 * MINUTE)
    assert not MUTE.covers("alt_2", {}, NOON)


async def test_silences_hold_from_start_to_end(database: Database) -> None:
    await database.write(lambda tx: overlays.silence(tx, NIGHT))
    async with database.read() as tx:
        assert await overlays.silenced(tx, NOON) == (NIGHT,)
        assert await overlays.silenced(tx, NOON - MINUTE) == ()
        assert await overlays.silenced(tx, NOON + 9 * MINUTE) == ()
        assert await overlays.expired(tx, NOON, NOON + 9 * MINUTE) == (NIGHT,)
        assert await overlays.expired(tx, NOON + 9 * MINUTE, NOON + 90 * MINUTE) == ()


async def test_a_silence_ended_by_hand_never_expires(database: Database) -> None:
    await database.write(lambda tx: overlays.silence(tx, NIGHT))
    assert await database.write(lambda tx: overlays.end(tx, "sil_1", NOON + MINUTE))
    assert not await database.write(lambda tx: overlays.end(tx, "sil_1", NOON + MINUTE))
    async with database.read() as tx:
        assert await overlays.silenced(tx, NOON + MINUTE) == ()
        assert await overlays.expired(tx, NOON, NOON + 90 * MINUTE) == ()
        (ended,) = await overlays.all_silences(tx)
        assert ended.ended_at == NOON + MINUTE
        assert not ended.is_active(NOON + MINUTE)


async def test_a_new_mute_takes_the_place_of_the_old_one(database: Database) -> None:
    later = Silence(id="sil_3", starts_at=NOON + MINUTE, ends_at=NOON + 2 * MINUTE, alert_id="alt_1")
    await database.write(lambda tx: overlays.silence(tx, MUTE))
    await database.write(lambda tx: overlays.silence(tx, later))
    async with database.read() as tx:
        assert await overlays.mute_of(tx, "alt_1", NOON + MINUTE) == later
        assert await overlays.mute_of(tx, "alt_1", NOON + 3 * MINUTE) is None
        assert await overlays.mute_of(tx, "alt_2", NOON) is None
    assert await database.write(lambda tx: overlays.unmute(tx, "alt_1", NOON + MINUTE))
    assert not await database.write(lambda tx: overlays.unmute(tx, "alt_1", NOON + MINUTE))


async def test_acknowledgements_hold_until_they_end_or_are_undone(database: Database) -> None:
    brief = Ack(episode="ep_1", alert_id="alt_1", at=NOON, until=NOON + MINUTE, who="ada", note="on it")
    lasting = Ack(episode="ep_2", alert_id="alt_1", at=NOON)
    for each in (brief, lasting, lasting):
        await database.write(lambda tx, each=each: overlays.acknowledge(tx, each))
    async with database.read() as tx:
        assert await overlays.acked(tx, NOON) == {"ep_1": brief, "ep_2": lasting}
        assert await overlays.acked(tx, NOON + MINUTE) == {"ep_2": lasting}
    assert await database.write(lambda tx: overlays.unacknowledge(tx, "ep_2", NOON))
    assert not await database.write(lambda tx: overlays.unacknowledge(tx, "ep_2", NOON))
