"""`lynxalert backtest ALERT`: what an alert would have told, from what is stored, before it tells anybody."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import pathlib
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from lynxalert.cli._asked import exits
from lynxalert.cli._config_option import USUAL, config_option
from lynxalert.cli._plotted import page
from lynxalert.cli._shown import plain
from lynxalert.errors import LynxError

if TYPE_CHECKING:
    from lynxalert.alerts import Alert
    from lynxalert.config import Settings
    from lynxalert.plan import TimeWindow


@click.command
@click.argument("alert")
@config_option(
    f"The configuration that defines the alert and names the data folder; by default {USUAL} here."
)
@click.option("--server", help="Ask the daemon at this address, for example http://127.0.0.1:3100.")
@click.option(
    "--since", default="7d", show_default=True, help="How far back, or from when on: 7d, 1h30m, 2026-02-14."
)
@click.option("--until", default="now", show_default=True, help="Until when: 2d is two days ago.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path),
    help="A file with another version of the alert: which episodes it gains and loses.",
)
@click.option(
    "--sweep", help="Episodes and messages per threshold: threshold=50..500, 50..500:50 or 50,100,200."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(alert: str, file: pathlib.Path | None, **options: Any) -> None:
    """Judge ALERT (its key in the file, or its id) over stored events, as the daemon would have.

    The same slots, conditions, overlays and delivery rules; nothing is sent, nothing is stored. Counts episodes and
    messages, shows the first message and the value over time.
    """
    with exits():
        asked = {"earliest": _ago(options["since"]), "latest": _ago(options["until"])}
        if options["sweep"] is not None:
            asked["sweep"] = options["sweep"]
        if options["server"]:
            found = _remote(options["server"], alert, asked, options["against"])
        else:
            found = _here(file, alert, asked, options["against"])
    click.echo(json.dumps(found, default=plain) if options["form"] == "json" else page(found))


def _ago(text: str) -> str:
    """`7d` and `1h30m` as people say it are `-604800s` and `-5400s` as queries do."""
    from lynxalert.config.units import UnitError, duration

    try:
        return f"-{duration(text).total_seconds():.0f}s"
    except UnitError:
        return f"-{text}" if text[:1].isdigit() and text[-1:].isalpha() and "-" not in text else text


def _remote(server: str, alert: str, asked: Mapping[str, Any], against: pathlib.Path | None) -> Any:
    from urllib.parse import quote

    from lynxalert.cli._remote import post

    body = dict(asked)
    if against is not None:
        from lynxalert.config.written import as_written

        other = find(loaded(against), alert, against)
        body["against"] = json.loads(json.dumps(as_written(other), default=plain))
    return post(server, f"alerts/{quote(alert, safe='')}/backtest", body)["data"]


def _here(
    file: pathlib.Path | None, name: str, asked: Mapping[str, Any], against: pathlib.Path | None
) -> Mapping[str, Any]:
    """Over the data folder of the configuration, which no daemon may hold meanwhile."""
    from lynxalert.clock import SystemClock
    from lynxalert.config.compiling import engine
    from lynxalert.daemon.backtests import Backtests
    from lynxalert.events import EventStore

    if file is None and not USUAL.exists():
        raise click.UsageError("which alert? name its file with --config, or a daemon with --server")
    file = file or USUAL
    settings = loaded(file)
    alert = find(settings, name, file)
    other = find(loaded(against), name, against) if against is not None else None
    now = SystemClock().now()
    zone = alert.timezone
    stretch = _stretch(asked, now, zone)
    data = settings.data_folder / "events.duckdb"
    if not data.exists():
        raise LynxError(f"no events are stored in {settings.data_folder}")
    with closing(EventStore(data, clock=SystemClock())) as store:
        over = engine(store, settings.macros, settings.lookup_folder, settings.datamodels)
        backtests = Backtests(lambda: over, store, lambda: settings.inhibitions)
        return asyncio.run(backtests.run(alert, stretch, against=other, sweep=asked.get("sweep")))


def _stretch(asked: Mapping[str, Any], now: dt.datetime, zone: str) -> TimeWindow:
    from lynxalert.plan import TimeWindow
    from lynxalert.plan.timespec import BadTime, resolve

    bounds = []
    for option, name in (("--since", "earliest"), ("--until", "latest")):
        try:
            bounds.append(resolve(asked[name], now, zone))
        except BadTime as error:
            raise click.UsageError(f"{option}: {error}") from error
    start, end = bounds
    if start >= end:
        raise click.UsageError(
            f"--since ({start:%Y-%m-%d %H:%M}) must be before --until ({end:%Y-%m-%d %H:%M})"
        )
    return TimeWindow(start, end)


def loaded(file: pathlib.Path) -> Settings:
    """The settings that *file* holds."""
    from lynxalert.config import compiler, load

    return load(file, compiler)


def find(settings: Settings, name: str, file: pathlib.Path) -> Alert:
    """The alert of *file* with that key or id.

    Raises:
        LynxError: there is none.
    """
    from lynxalert.registry import suggest

    for each in settings.alerts:
        if name in (each.file_key, each.id):
            return each
    near = suggest(name, [each.file_key for each in settings.alerts if each.file_key])
    hint = f"; did you mean `{near}`?" if near else ""
    raise LynxError(f"{file} has no alert `{name}`{hint}")
