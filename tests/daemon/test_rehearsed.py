"""Alerts over a script of events, told minute by minute: conditions that only real queries over real events can prove."""

from __future__ import annotations

import datetime as dt
import functools
import pathlib
from typing import Any

import pytest

from lynxalert.config import compiler, load
from lynxalert.config.compiling import engine
from lynxalert.daemon.rehearsal import Told, rehearse
from lynxalert.events.script import line_of, play

NOON = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)
ALERT = """
[channels.ops]
type = "webhook"
url = "http://127.0.0.1:1/"

[alerts.watched]
q = '''{q}'''
interval = "1m"
channels = ["ops"]
{more}
"""
BEAT = {"source": "app", "every": "20s", "repeat": 15, "event": {"time": "{time}", "user": "ann"}}
WHEN_SILENT = 'when = { type = "no_data" }'
WHEN_NEW = 'when = { type = "new_value" }'


async def messages(folder: pathlib.Path, q: str, more: str, *lines: dict[str, Any]) -> tuple[Told, ...]:
    """What is told within ten minutes."""
    file = folder / "alert.toml"
    file.write_text(ALERT.format(q=q, more=more))
    settings = load(file, compiler)
    over = functools.partial(engine, macros=settings.macros, lookups=settings.lookup_folder, datamodels={})
    events = play([line_of(each) for each in lines], NOON)
    return await rehearse(settings.alerts, events, NOON, dt.timedelta(minutes=10), engine=over)


async def told(folder: pathlib.Path, q: str, more: str, *lines: dict[str, Any]) -> str:
    """The same in short: `5:20 fired {"user":"ann"}`."""
    found = []
    for one in await messages(folder, q, more, *lines):
        minutes, seconds = divmod(int((one.at - NOON).total_seconds()), 60)
        key = one.delivery.key if one.delivery.key != "{}" else ""
        found.append(f"{minutes}:{seconds:02} {one.delivery.kind} {key}".strip())
    return "; ".join(found)


@pytest.mark.parametrize(
    "q",
    [
        "source=app | stats count as n, dc(user) as users | where n >= 0",
        "| tstats count where source=app",
    ],
)
async def test_silence_is_noticed_whatever_row_a_query_leaves_of_nothing(
    tmp_path: pathlib.Path, q: str
) -> None:
    assert await told(tmp_path, q, WHEN_SILENT, BEAT) == "6:35 fired"


async def test_a_message_of_silence_speaks_of_nothing_else(tmp_path: pathlib.Path) -> None:
    more = 'no_data = "firing"\nrepeat_interval = "2m"'
    found = await messages(tmp_path, "source=app | stats count by user | where count > 9", more, BEAT)
    fired, again = (one.text for one in found)
    assert "No events arrived.\nWindow:" in fired
    assert "no data in the window\nWindow:" in again


async def test_an_aggregation_that_stands_first_tells_silence_from_too_few(tmp_path: pathlib.Path) -> None:
    q = "| tstats count where source=app | where count > 2"
    assert await told(tmp_path, q, 'no_data = "nodata"', BEAT) == "1:35 fired; 5:35 resolved; 7:35 no_data"


async def test_a_new_value_that_comes_late_is_told_once(tmp_path: pathlib.Path) -> None:
    late = {"source": "app", "event": {"time": "2026-02-14T12:03:30Z", "user": "eve"}}
    found = await told(
        tmp_path,
        "source=app | stats count by user",
        WHEN_NEW,
        BEAT,
        {"at": "6m", **late},
        {"at": "8m", **late},
    )
    assert found == (
        '0:35 fired {"user":"ann"}; 1:35 resolved {"user":"ann"}; '
        '6:40 fired {"user":"eve"}; 6:40 resolved {"user":"eve"}'
    )
