"""Traffic → a daemon, at its pace: every tenth of a second what is due by then."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import click

from lynxalert.cli._reading import Batch
from lynxalert.cli._sending import Remote, remote
from lynxalert.cli._traffic import lines
from lynxalert.clock import Clock, SystemClock

TICK = dt.timedelta(milliseconds=100)
TOLD = dt.timedelta(seconds=10)
PATIENCE = dt.timedelta(seconds=60)
ORIGIN = {"source": "demo", "index": "main"}
MOST = 5_000  # events of one batch


async def generate(server: str, rate: float, seed: int, most: int | None, key: str | None) -> int:
    """Send *rate* events a second to *server* until *most* are sent, or without end; how many were kept.

    Raises:
        NoDaemonError: nobody answers there.
    """
    clock = SystemClock()
    async with remote(server, clock, PATIENCE, _told, key) as daemon:
        return await play(daemon, clock, rate, seed, most)


async def play(daemon: Remote, clock: Clock, rate: float, seed: int, most: int | None) -> int:
    """The same over *daemon*, by *clock*. What could not be sent in time follows as fast as it is taken."""
    began = told = clock.now()
    coming = islice(lines(seed, began, rate), most)
    waiting = next(coming, None)
    sent = 0
    while waiting is not None:
        due: list[str] = []
        now = clock.now()
        while waiting is not None and waiting[0] <= now and len(due) < MOST:
            due.append(waiting[1])
            waiting = next(coming, None)
        if due:
            body = "".join(f"{line}\n" for line in due).encode()
            sent += (await daemon.send(Batch(body, sent + 1, sent + len(due), json=False), ORIGIN)).accepted
        if now - told >= TOLD:
            told = now
            click.echo(f"{sent:,} events, {sent / (now - began).total_seconds():,.1f}/s", err=True)
        if len(due) < MOST:
            await clock.sleep(TICK)
    return sent


def _told(reason: str) -> None:
    click.echo(f"waiting: {reason}", err=True)
