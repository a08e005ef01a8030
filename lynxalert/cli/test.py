"""`lynxalert test PATH…`: packs of alerts × the events beside them → do the promised messages follow, and no others?"""

from __future__ import annotations

import asyncio
import functools
import pathlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from lynxalert.cli._exits import Exit

if TYPE_CHECKING:
    from lynxalert.config import Settings
    from lynxalert.config.tests import Expected, Promise
    from lynxalert.daemon.rehearsal import Told
    from lynxalert.state import Silence

SUFFIX = ".test.toml"


@click.command
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=pathlib.Path))
@click.option("--verbose", "-v", is_flag=True, help="Show every message, also of tests that pass.")
def command(paths: tuple[pathlib.Path, ...], verbose: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Run the tests of alerts: every NAME.test.toml in PATHS, against the alerts of NAME.toml.

    The alerts are evaluated slot by slot over the events of the test, on a clock of its own, as the daemon would.
    """
    passed = failed = 0
    for file in _files(paths):
        for name, told, problems in _run(file):
            passed, failed = passed + (not problems), failed + bool(problems)
            click.echo(f"{'FAIL' if problems else 'ok  '} {file.name.removesuffix(SUFFIX)}: {name}")
            for problem in problems:
                click.echo(f"     {problem}")
            if verbose or problems:
                for one in told:
                    click.echo(_shown(one))
    click.echo(f"{passed} passed, {failed} failed")
    if failed or not passed:
        raise click.exceptions.Exit(Exit.ERROR)


def _files(paths: Sequence[pathlib.Path]) -> Iterator[pathlib.Path]:
    for path in paths:
        yield from sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]


def _run(file: pathlib.Path) -> Iterator[tuple[str, Sequence[Told], list[str]]]:
    from lynxalert.config import compiler, load
    from lynxalert.config.compiling import engine
    from lynxalert.config.tests import promises
    from lynxalert.daemon.rehearsal import rehearse
    from lynxalert.events.script import play

    pack = file.with_name(file.name.removesuffix(SUFFIX) + ".toml")
    settings = load(pack, compiler)
    over = functools.partial(
        engine, macros=settings.macros, lookups=settings.lookup_folder, datamodels=settings.datamodels
    )
    for promise in promises(file):
        events = play(promise.lines, promise.start)
        running = rehearse(
            settings.alerts,
            events,
            promise.start,
            promise.lasts,
            silences=_mutes(promise, settings),
            inhibitions=settings.inhibitions,
            engine=over,
        )
        told = asyncio.run(running)
        yield promise.name, told, compare(promise, told, settings)


def _mutes(promise: Promise, settings: Settings) -> list[Silence]:
    from lynxalert.state import Silence

    ids = {alert.file_key: alert.id for alert in settings.alerts}
    return [
        Silence(
            id=f"mute_{place}",
            alert_id=ids.get(each.alert, each.alert),
            starts_at=promise.start + each.after,
            ends_at=promise.start + each.after + each.lasts,
        )
        for place, each in enumerate(promise.mutes)
    ]


def compare(promise: Promise, told: Sequence[Told], settings: Settings) -> list[str]:
    """What differs between the messages promised and those sent, in order per alert; nothing when all is well.

    Between alerts the order is not a promise: it follows from where their slots happen to lie.
    """
    known = {alert.file_key for alert in settings.alerts}
    named = [*(each.alert for each in promise.messages), *(each.alert for each in promise.mutes)]
    problems = [f"there is no alert `{each}`" for each in named if each not in known]
    for key in sorted(filter(None, known)):
        wanted = [each for each in promise.messages if each.alert == key]
        sent = [one for one in told if one.sent and one.alert.file_key == key]
        for place, (each, one) in enumerate(zip(wanted, sent, strict=False), 1):
            wrong = _mismatch(each, one, promise)
            if wrong:
                problems.append(f"{key}, message {place}: {wrong}")
        problems += [f"{key}: missing: {each.kind}" for each in wanted[len(sent) :]]
        problems += [
            f"{key}: unexpected: {one.delivery.kind} at {one.at:%H:%M:%S}" for one in sent[len(wanted) :]
        ]
    return problems


def _mismatch(wanted: Expected, got: Told, promise: Promise) -> str | None:
    if wanted.kind != got.delivery.kind:
        return f"wanted {wanted.kind}, got {got.delivery.kind}"
    if wanted.channel not in (None, got.delivery.target.name):
        return f"wanted at {wanted.channel}, came at {got.delivery.target.name}"
    if wanted.at is not None and got.at - promise.start != wanted.at:
        return f"wanted after {wanted.at}, came after {got.at - promise.start}"
    missing = [text for text in wanted.contains if text not in got.text]
    return f"does not say {missing[0]!r}" if missing else None


def _shown(one: Told) -> str:
    state = one.delivery.kind if one.sent else f"{one.delivery.kind}, not sent: {one.delivery.reason}"
    lines = "\n".join(f"       | {line}" for line in one.text.splitlines())
    return f"     {one.at:%H:%M:%S} {one.alert.file_key} {state}\n{lines}"
