"""`lynxalert demo`: the whole way on one screen: events in, an alert that fires, a message out, the end."""

from __future__ import annotations

import asyncio
import logging
import pathlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from lynxalert.cli._exits import Exit

if TYPE_CHECKING:
    from lynxalert.config import Settings
    from lynxalert.daemon.logs import Redactor
    from lynxalert.events.script import Line

ALERT = "demo-checkout"
SCRIPT = pathlib.Path("queries") / "demo" / "checkout.events.jsonl"
CHANNEL = "sink"  # the channel whose address the receiver listens on


@click.command
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path),
    help="The configuration to start with; default: the example that came with the package.",
)
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=pathlib.Path), help="Where to keep data instead."
)
@click.option(
    "--episodes", type=int, default=0, help="Stop after so many episodes; 0: play to the end, or Ctrl-C."
)
@click.option("--server", help="Start nothing: send traffic of a shop to this daemon until Ctrl-C.")
@click.option(
    "--rate", type=click.FloatRange(0.1, 100_000), help="Events a second, with --server; default: 20."
)
@click.option(
    "--seed", type=int, help="Which traffic, with --server: the same seed, the same lines; default: 1."
)
@click.option("--events", type=click.IntRange(1), help="Stop after so many events, with --server.")
@click.option("--key", envvar="LYNXALERT_KEY", help="The ingest key, if the daemon asks for one.")
def command(config: pathlib.Path | None, data: pathlib.Path | None, episodes: int, **traffic: Any) -> None:
    """Start a daemon, play it events at their own pace, and show what arrives.

    The events fail a service for a quarter of a minute; a receiver at the address of the channel `sink` prints the
    messages. With --server it is a generator of traffic for a daemon that runs already.
    """
    if traffic["server"]:
        if config or data or episodes:
            raise click.UsageError(
                "--server sends to a daemon that runs: --config, --data, --episodes start one"
            )
        _send(**traffic)
        return
    if any(traffic[name] is not None for name in ("rate", "seed", "events")):
        raise click.UsageError("--rate, --seed and --events go with --server")
    _show(config, data, episodes)


def _send(server: str, rate: float | None, seed: int | None, events: int | None, key: str | None) -> None:
    from lynxalert.cli._generator import generate
    from lynxalert.cli._remote import NoDaemonError

    try:
        sent = asyncio.run(generate(server, rate or 20.0, 1 if seed is None else seed, events, key))
        click.echo(f"{sent:,} events", err=True)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    except NoDaemonError as error:
        click.echo(f"lynxalert: {error}", err=True)
        raise click.exceptions.Exit(Exit.CONNECTION) from error


def _show(config: pathlib.Path | None, data: pathlib.Path | None, episodes: int) -> None:
    from lynxalert.config import compiler, load
    from lynxalert.daemon.logs import Redactor, configure
    from lynxalert.events.script import read

    redactor = Redactor()
    configure("console", redactor=redactor, level=logging.WARNING)
    file = config or found("config.example.toml")
    settings = load(file, compiler)
    if CHANNEL not in settings.channels or ALERT not in {alert.file_key for alert in settings.alerts}:
        raise click.UsageError(f"{file} needs the channel `{CHANNEL}` and the alert `{ALERT}` of the example")
    if data is not None:
        settings = replace(settings, store=settings.store.model_copy(update={"path": str(data.absolute())}))
    script = found(str(SCRIPT))
    lines = read(script.read_text(encoding="utf-8"), str(script))
    try:
        asyncio.run(play(settings, lines, episodes, redactor))
    except KeyboardInterrupt:
        click.echo("stopped")


def found(name: str) -> pathlib.Path:
    """A file that ships beside the package in a checkout, inside it in a wheel."""
    package = pathlib.Path(__file__).parent.parent
    return next((each for each in (package.parent / name, package / name) if each.exists()), package / name)


async def play(settings: Settings, lines: Sequence[Line], episodes: int, redactor: Redactor) -> None:
    """Run daemon, receiver, player and observer until the first of them ends; stop in order."""
    from yarl import URL

    from lynxalert.cli._demo import Observer, Player, sink, unless, until_any
    from lynxalert.clock import SystemClock
    from lynxalert.daemon.service import Daemon
    from lynxalert.events.script import play as timed

    clock = SystemClock()
    began = clock.now()

    def say(who: str, what: str) -> None:
        seconds = (clock.now() - began).total_seconds()
        click.echo(f"{seconds:6.1f} s  {who:9} {what}")

    daemon = Daemon(settings, clock=clock, redactor=redactor)
    address = URL(str(settings.channels[CHANNEL].config["url"]))
    async with sink(str(address.host), int(address.port or 80), say), asyncio.TaskGroup() as group:
        serving = group.create_task(daemon.run())
        ready = group.create_task(daemon.started.wait())
        await until_any(serving, ready)
        base = f"http://{daemon.address}"
        _introduce(base, settings)
        observer = Observer(base, ALERT, clock, say)
        player = Player(base, clock, say)
        watching = group.create_task(unless(daemon.stopping, observer.watch()))
        playing = group.create_task(unless(daemon.stopping, player.play(timed(lines, clock.now()))))
        told = group.create_task(_told(observer, episodes))
        await until_any(serving, watching, playing, told)
        for task in (watching, playing, told):
            task.cancel()
        daemon.stop()


async def _told(observer: object, episodes: int) -> None:
    """Return once *episodes* have ended; never, when 0 are wanted."""
    from lynxalert.cli._demo import PACE, Observer

    assert isinstance(observer, Observer)
    while not episodes or observer.episodes < episodes:
        await observer.clock.sleep(PACE)
    await observer.clock.sleep(2 * PACE)  # the message of the end is on its way


def _introduce(base: str, settings: Settings) -> None:
    click.echo(
        f"\nLynxAlert answers on {base}/ with {len(settings.alerts)} alerts. Try, in another terminal:\n"
    )
    click.echo(f"  lynxalert query --server {base} 'source=demo | stats count by service, level'")
    click.echo(f"  curl -s -X POST {base}/alerts/{ALERT}/test")
    click.echo(f"  curl -s -X POST {base}/alerts/{ALERT}/test-channels\n")
    click.echo("Ctrl-C stops it in order. In half a minute a service will fail …\n")
