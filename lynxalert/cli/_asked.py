"""What `query` and `explain` ask about: the options that say where events are, the store they fill, and what errors end as."""

from __future__ import annotations

import contextlib
import pathlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lynxalert.cli._exits import Exit

if TYPE_CHECKING:
    from lynxalert.store import Store

F = TypeVar("F", bound=Callable[..., Any])
OPTIONS = (
    click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path),
        help="Read events from this file; may be given again.",
    ),
    click.option(
        "--data",
        type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
        help="Read the data folder of a daemon that does not run.",
    ),
    click.option("--server", help="Ask the daemon at this address, for example http://127.0.0.1:3100."),
    click.option("--index", default="main", show_default=True, help="The index that files are read into."),
    click.option("--source", help="The source of the events; default: the name of the file."),
    click.option("--sourcetype", help="The kind of the events, for example access_combined or syslog."),
    click.option("--earliest", help="From when on: -1h, @d, 2026-02-14, epoch seconds. Default: all time."),
    click.option("--latest", help="Until when, excluded."),
    click.option(
        "--timezone", default="UTC", show_default=True, help="The zone of days, snaps and texts of times."
    ),
)


def asked(command: F, *, required: bool = True) -> F:
    """*command* with the words `[-] QUERY` and the options that say what it is asked of."""
    for option in reversed(OPTIONS):
        command = option(command)
    return click.argument("words", nargs=-1, required=required, metavar="[-] QUERY")(command)


def question(words: tuple[str, ...], options: dict[str, Any], *, needed: bool) -> tuple[str, bool]:
    """The query, and whether standard input is read; *needed* says that events must come from somewhere."""
    *before, text = words
    if before not in ([], ["-"]):
        raise click.UsageError("one query is wanted: put it in quotes")
    sources = [
        bool(options["files"]),
        options["data"] is not None,
        options["server"] is not None,
        bool(before),
    ]
    if sum(sources) > 1 and not (options["files"] and before and not any(sources[1:3])):
        raise click.UsageError("events come from files, a data folder or a server: name one")
    if needed and not any(sources):
        raise click.UsageError(
            "where are the events? give -f FILE, - for standard input, --data DIR or --server URL"
        )
    return text, bool(before)


@contextlib.contextmanager
def filled(options: dict[str, Any], *, stdin: bool) -> Iterator[Store]:
    """The store that the options name, or one in memory that holds the events of files and standard input."""
    import lynxalert

    data: pathlib.Path | None = options["data"]
    with lynxalert.open(":memory:" if data is None else data / "events.duckdb") as store:
        for file in options["files"]:
            with file.open(encoding="utf-8", errors="replace") as lines:
                _ingest(store, lines, options, str(file.name))
        if stdin:
            _ingest(store, sys.stdin, options, "stdin")
        yield store


def _ingest(store: Store, lines: Iterable[str], options: dict[str, Any], name: str) -> None:
    events = (line.rstrip("\n") for line in lines)
    origin = {
        "index": options["index"],
        "source": options["source"] or name,
        "sourcetype": options["sourcetype"],
    }
    receipt = store.ingest(events, **origin)
    for number, reason in receipt.rejected[:10]:
        click.echo(f"{name}:{number}: left out: {reason}", err=True)


@contextlib.contextmanager
def exits() -> Iterator[None]:
    """Every error as one message on standard error, and the exit code that says its kind."""
    from lynxalert.cli._remote import NoDaemonError, RemoteTimeOutError
    from lynxalert.engine import QueryTimeOut
    from lynxalert.events import StoreLocked
    from lynxalert.lang import QueryError

    try:
        yield
    except QueryError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.QUERY) from error
    except (QueryTimeOut, RemoteTimeOutError) as error:
        click.echo(f"lynxalert: {error}", err=True)
        raise click.exceptions.Exit(Exit.TIME_OUT) from error
    except NoDaemonError as error:
        click.echo(f"lynxalert: {error}", err=True)
        raise click.exceptions.Exit(Exit.CONNECTION) from error
    except StoreLocked as error:
        click.echo(
            f"lynxalert: {error}; ask the daemon that holds it: --server http://127.0.0.1:3100", err=True
        )
        raise click.exceptions.Exit(Exit.CONNECTION) from error
