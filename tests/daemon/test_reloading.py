"""A reload keeps what was read of queries, unless it gives them other words; then nobody asks by the old ones."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from lynxalert.alerts import NoData, Policy
from lynxalert.config import compiler, load
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.reload import Configuration
from lynxalert.daemon.runner import EngineRunner
from lynxalert.engine import Engine
from lynxalert.events import EventStore
from lynxalert.plan import TimeWindow
from lynxalert.state import Database
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND
from tests.fakes import FakeClock

ALERTS = """
[alerts.a{number}]
q = "`bad` | stats count | where count > {number}"
interval = "1m"
channels = []
"""


def written(folder: pathlib.Path, words: str, alerts: int = 2) -> pathlib.Path:
    file = folder / "config.toml"
    file.write_text(words + "".join(ALERTS.format(number=number) for number in range(alerts)))
    return file


@asynccontextmanager
async def configured(file: pathlib.Path, engine: Engine) -> AsyncIterator[Configuration]:
    database = await Database.open(file.parent / "state.sqlite", lasting=False)
    settings = load(file, compiler)
    found = Configuration(
        settings, engine, database, FakeClock(NOON), Edits(), lambda _: None, lambda _: None
    )
    try:
        await found.start()
        yield found
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("words", "stays"),
    [
        ('[macros]\nbad = "level=error"\n', True),
        ('[macros]\nbad = "level=fatal"\n', False),
        ('[macros]\nbad = "level=error"\n[lookups]\nfolder = "elsewhere"\n', False),
        ('[macros]\nbad = "level=error"\n[lookups.tables.hosts]\nfile = "hosts.csv"\n', False),
        ('[macros]\nbad = "level=error"\n[datamodels.Web.Web]\nsearch = "source=nginx"\n', False),
        ('[macros]\nbad = "level=error"\n[server]\ntimezone = "Europe/Berlin"\n', True),
    ],
)
async def test_what_was_read_stays_unless_queries_have_other_words(
    tmp_path: pathlib.Path, words: str, *, stays: bool
) -> None:
    file = written(tmp_path, '[macros]\nbad = "level=error"\n')
    store = EventStore()
    engine = Engine(store, macros={"bad": "level=error"})
    async with configured(file, engine) as configuration:
        written(tmp_path, '[macros]\nbad = "level=error"\n')
        await configuration.reload()
        before = engine.compiler
        written(tmp_path, words, alerts=3)
        assert (await configuration.reload())["added"] == ["a2"]
        assert (engine.compiler is before) == stays
    store.close()


async def test_who_was_there_is_asked_by_the_macros_in_force(tmp_path: pathlib.Path) -> None:
    store = EventStore(clock=FakeClock(NOON))
    at = (NOON - SECOND).isoformat()
    store.ingest([{"timestamp": at, "level": "error", "host": "a"}, {"timestamp": at, "level": "fatal"}])
    engine = Engine(store, macros={"bad": "level=error"})
    alert = replace(ALERT, query="`bad` | stats count by host", policy=Policy(no_data=NoData.KEEP))
    runner, window = EngineRunner(engine, store), TimeWindow(NOON - MINUTE, NOON)
    async with configured(written(tmp_path, '[macros]\nbad = "level=error"\n'), engine) as configuration:
        assert list(await runner.present(alert, window, NOON)) == ['{"host":"a"}']
        written(tmp_path, '[macros]\nbad = "level=fatal"\n')
        await configuration.reload()
        assert list(await runner.present(alert, window, NOON)) == []
        written(tmp_path, '[macros]\nbad = "index=nowhere"\n')
        assert await runner.indexes(alert) == ("main",)
        await configuration.reload()
        assert await runner.indexes(alert) == ("nowhere",)
    runner.close()
    store.close()
