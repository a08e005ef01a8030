"""The state file: durable, private, one writer that groups commits, a schema that migrations make."""

from __future__ import annotations

import asyncio
import pathlib
import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.state import Database, StateError, migrate
from lynxalert.state.database import Work
from lynxalert.state.migrate import newest
from lynxalert.state.tables import meta, metadata


def remember(name: str) -> Work[str]:
    async def work(tx: AsyncConnection) -> str:
        await tx.execute(insert(meta).values(name=name, value=1))
        return name

    return work


async def names(database: Database) -> list[str]:
    async with database.read() as tx:
        return list((await tx.execute(select(meta.c.name).order_by(meta.c.name))).scalars())


def modes(folder: pathlib.Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in sorted(folder.iterdir())}


async def test_a_write_returns_what_its_work_returned_and_is_there(database: Database) -> None:
    assert await database.write(remember("a")) == "a"
    assert await names(database) == ["a"]


async def test_the_file_and_its_log_are_readable_by_the_owner_alone(
    database: Database, tmp_path: pathlib.Path
) -> None:
    await database.write(remember("a"))
    assert modes(tmp_path) == {"state.sqlite": 0o600, "state.sqlite-shm": 0o600, "state.sqlite-wal": 0o600}


async def test_commits_are_synchronous_and_readers_cannot_write(database: Database) -> None:
    async with database.read() as tx:
        assert (await tx.execute(text("PRAGMA synchronous"))).scalar() == 2
        assert (await tx.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        with pytest.raises(OperationalError, match="readonly"):
            await tx.execute(insert(meta).values(name="a"))


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as tx:
        assert (await tx.execute(select(meta.c.name))).scalars().all() == []
        await database.write(remember("a"))
        assert (await tx.execute(select(meta.c.name))).scalars().all() == []
    assert await names(database) == ["a"]


async def test_writes_that_wait_together_share_a_commit(database: Database) -> None:
    gate = asyncio.Event()
    seen: list[int] = []

    async def slow(tx: AsyncConnection) -> None:
        await gate.wait()

    async def count(tx: AsyncConnection) -> None:
        await tx.execute(insert(meta).values(name=f"{len(seen)}"))
        seen.append(len(await names(database)))  # what is committed while this runs

    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(slow))
        await asyncio.sleep(0)
        for _ in range(5):
            group.create_task(database.write(count))
        await asyncio.sleep(0)
        gate.set()
    assert seen == [0, 0, 0, 0, 0]
    assert len(await names(database)) == 5


async def test_one_failure_leaves_the_others_of_its_commit_alone(database: Database) -> None:
    async def fail(tx: AsyncConnection) -> None:
        await remember("lost")(tx)
        raise ValueError("no")

    outcomes = await asyncio.gather(
        database.write(remember("a")),
        database.write(fail),
        database.write(remember("a")),
        database.write(remember("b")),
        return_exceptions=True,
    )
    assert [type(each).__name__ for each in outcomes] == ["str", "ValueError", "IntegrityError", "str"]
    assert await names(database) == ["a", "b"]


async def test_a_commit_that_fails_fails_for_all_who_shared_it(database: Database) -> None:
    gate = asyncio.Event()

    async def prepare(tx: AsyncConnection) -> None:
        await tx.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        reference = "REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED"
        await tx.execute(text(f"CREATE TABLE child (parent INTEGER {reference})"))

    async def slow(tx: AsyncConnection) -> None:
        await gate.wait()

    async def orphan(tx: AsyncConnection) -> None:
        await tx.execute(text("INSERT INTO child VALUES (7)"))

    await database.write(prepare)
    first = asyncio.ensure_future(database.write(slow))
    await asyncio.sleep(0)
    others = asyncio.gather(database.write(remember("a")), database.write(orphan), return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    await first
    assert [type(each) for each in await others] == [IntegrityError, IntegrityError]
    assert await names(database) == []
    await database.write(remember("b"))
    assert await names(database) == ["b"]


async def test_a_cancelled_writer_hands_the_waiting_work_on(database: Database) -> None:
    gate = asyncio.Event()

    async def stuck(tx: AsyncConnection) -> None:
        await gate.wait()

    async with asyncio.TaskGroup() as group:
        first = group.create_task(database.write(stuck))
        await asyncio.sleep(0)
        second = group.create_task(database.write(remember("a")))
        third = group.create_task(database.write(remember("never")))
        await asyncio.sleep(0)
        third.cancel()
        await asyncio.sleep(0)
        first.cancel()
        gate.set()
    assert second.result() == "a"
    assert first.cancelled()
    assert await names(database) == ["a"]


async def test_what_was_written_survives_reopening(tmp_path: pathlib.Path) -> None:
    for expected in (["0"], ["0", "1"]):
        database = await Database.open(tmp_path / "deep" / "state.sqlite")
        await database.write(remember(str(len(expected) - 1)))
        assert await names(database) == expected
        await database.close()


async def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_an_empty_state_is_what_all_migrations_make(database: Database) -> None:
    whole = text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
    version = text("SELECT version_num FROM alembic_version")
    engine = create_engine("sqlite://")
    with engine.begin() as migrated:
        migrate._migrate(migrated)
        wanted = (migrated.execute(whole).all(), migrated.execute(version).all())
        rows = {name: migrated.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in metadata.tables}
    engine.dispose()
    assert not any(rows.values()), "migrations that store something need more than their schema"
    async with database.read() as tx:
        assert ((await tx.execute(whole)).all(), (await tx.execute(version)).all()) == wanted


async def test_a_file_of_a_later_version_is_left_as_it_is(database: Database, tmp_path: pathlib.Path) -> None:
    async def later(tx: AsyncConnection) -> None:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(later)
    with pytest.raises(StateError, match=rf"later LynxAlert \(schema 9999, this one knows {newest()}\)"):
        await Database.open(tmp_path / "state.sqlite")


async def test_a_file_that_is_no_database_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_text("no database at all\n" * 100)
    with pytest.raises(StateError, match=rf"cannot use the state file {path}: file is not a database"):
        await Database.open(path)
    assert path.read_text().startswith("no database at all")
