"""`lynxalert ingest FILE… | -`: files or standard input → a running daemon, or a data folder that none holds."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from lynxalert.cli._config_option import USUAL, config_option
from lynxalert.cli._exits import Exit

if TYPE_CHECKING:
    from lynxalert.cli._progress import Shown
    from lynxalert.cli._reading import Form
    from lynxalert.cli._sending import Outcome, Receiver

SHOWN = 10  # reasons per source, told one by one


@click.command
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--server", help="The daemon's address; default: server.listen of the configuration.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Write into this data folder, without a daemon.",
)
@config_option(f"Where the daemon's address stands; by default {USUAL} here, if there is one.")
@click.option("--index", help="Default: main.")
@click.option("--source", help="Default: the name of the file, or stdin.")
@click.option("--sourcetype", help="The kind of the events, for example access_combined or syslog.")
@click.option("--host", help="Where the events happened.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "json", "lines"]),
    default="auto",
    show_default=True,
    help="json: an object a line, objects, or an array; lines: every line is an event.",
)
@click.option(
    "--skip", type=click.IntRange(0), default=0, help="Leave out the first so many lines (elements)."
)
@click.option("--key", envvar="LYNXALERT_KEY", help="The ingest key, if the daemon asks for one.")
@click.option(
    "--patience",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds without an answer after which to give up.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when a line was left out.")
def command(files: tuple[str, ...], *, strict: bool, **options: Any) -> None:
    """Send the lines of files, or of standard input (-), as events.

    Files may be compressed (.gz, .zst, .bz2). A busy daemon is waited for; after a lost connection a batch is sent
    again without being doubled, as long as the daemon was not restarted meanwhile. Lines that are no events are left out,
    and told. Exit codes: 0 done, 1 error, 2 usage, 3 no daemon, or one holds the data.
    """
    if options["server"] and options["data"]:
        raise click.UsageError("events go to a server or into a data folder: name one")
    if options["skip"] and len(files) > 1:
        raise click.UsageError("--skip is for a single file")
    with _exits():
        total = asyncio.run(_run(files, **options))
    if strict and total.rejected:
        raise click.exceptions.Exit(Exit.ERROR)


async def _run(files: tuple[str, ...], *, form: Form, skip: int, **options: Any) -> Outcome:
    from lynxalert.cli._progress import shown
    from lynxalert.cli._sending import Outcome, local, remote
    from lynxalert.clock import SystemClock

    clock = SystemClock()
    total = Outcome()
    with shown(files) as progress:
        if options["data"]:
            into: Any = local(options["data"], clock)
        else:
            server = options["server"] or _listening(options["file"])
            patience = dt.timedelta(seconds=options["patience"])
            into = remote(server, clock, patience, progress.told, options["key"])
        names = ("index", "sourcetype", "host")
        origin = {name: options[name] for name in names if options[name] is not None}
        async with into as receiver:
            for file in files:
                name = "stdin" if file == "-" else pathlib.Path(file).name
                own = origin | {"source": options["source"] or name}
                with _source(file) as stream:
                    total += await _send(stream, name, receiver, own, progress, (form, skip))
    return total


async def _send(
    stream: BinaryIO,
    name: str,
    receiver: Receiver,
    origin: dict[str, str],
    progress: Shown,
    how: tuple[Form, int],
) -> Outcome:
    """Send one source, and tell what became of it, also when it was cut short."""
    from lynxalert.cli._reading import UnreadableFileError, batches, opened
    from lynxalert.cli._sending import Outcome

    form, skip = how
    total = Outcome()
    last: int | None = skip  # line up to which all is kept; None at the end
    began = progress.begin(name)
    reading = iter(batches(opened(stream, name), form, live=name == "stdin", skip=skip))
    try:
        while (batch := await asyncio.to_thread(next, reading, None)) is not None:
            outcome = await receiver.send(batch, origin)
            total, last = total + outcome, batch.last
            progress.advance(stream.tell() if stream.seekable() else None, total.accepted)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{name}: {error}") from None
    else:
        last = None
    finally:
        if last is not None:
            progress.say(f"{name}: stopped; go on with --skip {last}")
        if last != skip:
            progress.end(began, name, total.accepted, total.rejected)
            _explain(progress, name, total)
    return total


def _explain(progress: Shown, name: str, total: Outcome) -> None:
    for line, reason in total.reasons[:SHOWN]:
        progress.say(f"{name}:{line}: left out: {reason}")
    if len(total.reasons) > SHOWN:
        for reason, count in Counter(reason for _, reason in total.reasons).most_common(SHOWN):
            progress.say(f"{name}: {count:,} × {reason}")


@contextlib.contextmanager
def _source(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with pathlib.Path(file).open("rb") as stream:
        yield stream


def _listening(config: pathlib.Path | None) -> str:
    """Where the daemon of *config* is to be reached from this machine."""
    from lynxalert.config import Settings, compiler, load

    file = config or (USUAL if USUAL.exists() else None)
    listen = (load(file, compiler) if file else Settings()).server.listen
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(listen.host)  # noqa: S104 - compared, not bound
    return f"http://{host}:{listen.port}" if host else f"http://{listen}"


@contextlib.contextmanager
def _exits() -> Iterator[None]:
    """What stands in the way as one line on standard error, and the exit code of its kind."""
    from lynxalert.cli._remote import NoDaemonError
    from lynxalert.events import StoreLocked

    try:
        yield
    except NoDaemonError as error:
        hint = "start one with `lynxalert serve`, or write without one: --data DIR"
        click.echo(f"lynxalert: {error}\n  = help: {hint}", err=True)
        raise click.exceptions.Exit(Exit.CONNECTION) from error
    except StoreLocked as error:
        click.echo(f"lynxalert: {error}\n  = help: send to the daemon that holds it: --server URL", err=True)
        raise click.exceptions.Exit(Exit.CONNECTION) from error
