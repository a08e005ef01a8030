"""Definitions: found by id and by key, versions that only grow, channels kept while something is owed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec
from lynxalert.state import Database, definitions, instances, outbox
from tests.state.samples import ALERT, INSTANCE, MINUTE, NOON, SECRET, WEBHOOK, delivery

OTHER = ChannelSpec(type="slack", name="team", config={"webhook_url": "https://example.com/b"})


async def test_an_alert_is_found_by_id_and_by_key(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON, {"q": "as written"}))
    impostor = replace(ALERT, id="high-error-rate", file_key=None)
    async with database.read() as tx:
        found = await definitions.load(tx, "alt_1")
        assert found is not None
        assert (found.alert, found.revision, found.document) == (ALERT, 1, {"q": "as written"})
        assert (found.created_at, found.updated_at) == (NOON, NOON)
        assert await definitions.load(tx, "high-error-rate") == found
        assert await definitions.load(tx, "nothing") is None
        assert await definitions.every(tx) == (found,)
    await database.write(lambda tx: definitions.put(tx, impostor, NOON))
    async with database.read() as tx:  # an id comes before a key
        by_id = await definitions.load(tx, "high-error-rate")
        assert by_id is not None
        assert by_id.alert == impostor


async def test_every_change_counts_as_a_revision(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    renamed = replace(ALERT, name="other", version=2)
    stored = await database.write(lambda tx: definitions.put(tx, renamed, NOON + MINUTE))
    assert (stored.revision, stored.created_at, stored.updated_at) == (2, NOON, NOON + MINUTE)
    async with database.read() as tx:
        assert await definitions.revisions(tx) == {"alt_1": 2}


async def test_an_alert_that_comes_back_goes_on_counting_versions(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, replace(ALERT, version=3), NOON))
    assert await database.write(lambda tx: definitions.remove(tx, "alt_1", NOON))
    assert not await database.write(lambda tx: definitions.remove(tx, "alt_1", NOON))
    assert not await database.write(lambda tx: definitions.remove(tx, "alt_9", NOON))
    async with database.read() as tx:
        assert await definitions.load(tx, "alt_1") is None
        assert await definitions.every(tx) == ()
        assert await definitions.revisions(tx) == {}
    again = await database.write(lambda tx: definitions.put(tx, ALERT, NOON + MINUTE))
    assert (again.alert.version, again.created_at) == (4, NOON + MINUTE)


async def test_lost_channels_are_kept_while_something_is_owed(database: Database) -> None:
    await database.write(lambda tx: definitions.put(tx, ALERT, NOON))
    await database.write(lambda tx: definitions.put(tx, replace(ALERT, channels=(OTHER,)), NOON))
    await database.write(lambda tx: definitions.put(tx, replace(ALERT, channels=(OTHER,)), NOON))

    async def owe(tx: AsyncConnection) -> int:
        await outbox.enqueue(tx, [delivery()])
        return await definitions.forget_retired(tx)

    assert await database.write(owe) == 0
    async with database.read() as tx:
        assert await definitions.channels(tx, "alt_1") == (OTHER, WEBHOOK)
        assert await definitions.channels(tx, "alt_9") == ()


async def test_lost_channels_are_kept_while_an_episode_is_open_and_forgotten_after(
    database: Database,
) -> None:
    async def lose(tx: AsyncConnection) -> int:
        await definitions.put(tx, ALERT, NOON)
        await instances.save(tx, "alt_1", {}, {INSTANCE.key: INSTANCE}, NOON)
        await definitions.remove(tx, "alt_1", NOON)
        return await definitions.forget_retired(tx)

    assert await database.write(lose) == 0
    async with database.read() as tx:
        assert await definitions.channels(tx, "alt_1") == (WEBHOOK,)

    async def settle(tx: AsyncConnection) -> int:
        await instances.save(tx, "alt_1", {INSTANCE.key: INSTANCE}, {}, NOON)
        return await definitions.forget_retired(tx)

    assert await database.write(settle) == 1
    async with database.read() as tx:
        assert await definitions.channels(tx, "alt_1") == ()


async def test_some_alerts_are_read_at_once(database: Database) -> None:
    async def fill(tx: AsyncConnection) -> None:
        for n in range(450):
            await definitions.put(tx, replace(ALERT, id=f"alt_{n}", file_key=None), NOON)
        await definitions.remove(tx, "alt_7", NOON)

    await database.write(fill)
    async with database.read() as tx:
        found = await definitions.some(tx, [f"alt_{n}" for n in range(449)])
    assert len(found) == 448


async def test_secrets_stand_in_one_table_and_leave_it(database: Database, tmp_path: Path) -> None:
    async def fill(tx: AsyncConnection) -> None:
        await definitions.put(tx, ALERT, NOON)
        await outbox.enqueue(tx, [delivery()])

    await database.write(fill)
    with sqlite3.connect(tmp_path / "state.sqlite") as raw:
        lines = [line for line in raw.iterdump() if SECRET in line]
    assert len(lines) == 1
    assert lines[0].startswith('INSERT INTO "alerts"')


async def test_any_change_makes_another_generation(database: Database) -> None:
    seen = set()
    for change in (
        lambda tx: definitions.put(tx, ALERT, NOON),
        lambda tx: definitions.put(tx, replace(ALERT, name="other"), NOON),
        lambda tx: definitions.put(tx, replace(ALERT, id="alt_other", file_key=None), NOON),
        lambda tx: definitions.remove(tx, ALERT.id, NOON),
        lambda tx: definitions.put(tx, ALERT, NOON),
    ):
        await database.write(change)
        async with database.read() as tx:
            seen.add(await definitions.generation(tx))
    assert len(seen) == 5
