"""Instances and cursors: only what changed is written, and it comes back as it was."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts.health import Health
from lynxalert.state import Cursor, Database, instances
from tests.state.samples import INSTANCE, MATCH, MINUTE, NOON


async def test_instances_come_back_by_alert_and_key(database: Database) -> None:
    other = replace(INSTANCE, key="{}", labels={}, match=None, episode=None)
    after = {INSTANCE.key: INSTANCE, "{}": other}
    await database.write(lambda tx: instances.save(tx, "alt_1", {}, after, NOON))
    async with database.read() as tx:
        assert await instances.of(tx, ["alt_1", "alt_2"]) == {"alt_1": after, "alt_2": {}}


async def test_only_differences_are_written(database: Database) -> None:
    many = {f'{{"n":{n}}}': replace(INSTANCE, key=f'{{"n":{n}}}') for n in range(900)}
    await database.write(lambda tx: instances.save(tx, "alt_1", {}, many, NOON))
    kept = dict(list(many.items())[:1])
    moved = {key: replace(each, since=NOON + MINUTE) for key, each in kept.items()}

    async def work(tx: AsyncConnection) -> int:
        await instances.save(tx, "alt_1", many, moved, NOON)
        return int((await tx.execute(text("SELECT count(*) FROM instances"))).scalar_one())

    assert await database.write(work) == 1
    async with database.read() as tx:
        assert await instances.of(tx, ["alt_1"]) == {"alt_1": moved}


async def test_the_rows_of_a_match_are_not_kept(database: Database) -> None:
    heavy = replace(INSTANCE, match=replace(MATCH, rows=({"n": 1},) * 50))
    await database.write(lambda tx: instances.save(tx, "alt_1", {}, {heavy.key: heavy}, NOON))
    async with database.read() as tx:
        assert await instances.of(tx, ["alt_1"]) == {"alt_1": {heavy.key: INSTANCE}}


async def test_cursors_come_back_and_move(database: Database) -> None:
    first = Cursor(
        alert_id="alt_1",
        next_slot=NOON,
        checked_at=NOON,
        health=Health(errors=1, since=NOON, message="busy"),
        memory={"known": ["a"]},
        seen_sequence=2**40,
    )
    await database.write(lambda tx: instances.save_cursors(tx, [first]))
    second = replace(first, next_slot=NOON + MINUTE, attempt=2, retry_at=NOON, hit_at=NOON, memory=None)
    await database.write(lambda tx: instances.save_cursors(tx, [second]))
    await database.write(lambda tx: instances.save_cursors(tx, []))
    async with database.read() as tx:
        assert await instances.cursor_of(tx, ["alt_1", "alt_2"]) == {"alt_1": second}
    await database.write(lambda tx: instances.drop_cursor(tx, "alt_1"))
    async with database.read() as tx:
        assert await instances.cursor_of(tx, ["alt_1"]) == {}
