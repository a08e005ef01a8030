"""`lynxalert query 'QUERY'`: over files or standard input as grep does, over a data folder, or against a daemon."""

from __future__ import annotations

import contextlib
import pathlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from lynxalert.cli._exits import Exit
from lynxalert.cli._shown import FORMATS, show, usual

if TYPE_CHECKING:
    from lynxalert.store import Store

MOST = 100_000  # rows


@click.command
@click.argument("words", nargs=-1, required=True, metavar="[-] QUERY")
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path),
    help="Read events from this file; may be given again.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    help="Read the data folder of a daemon that does not run.",
)
@click.option("--server", help="Ask the daemon at this address, for example http://127.0.0.1:3100.")
@click.option("--index", default="main", show_default=True, help="The index that files are read into.")
@click.option("--source", help="The source of the events; default: the name of the file.")
@click.option("--sourcetype", help="The kind of the events, for example access_combined or syslog.")
@click.option("--earliest", help="From when on: -1h, @d, 2026-02-14, epoch seconds. Default: all time.")
@click.option("--latest", help="Until when, excluded.")
@click.option(
    "--timezone", default="UTC", show_default=True, help="The zone of days, snaps and texts of times."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: table on a terminal, else ndjson."
)
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=10_000, show_default=True, help="Rows at most."
)
def command(words: tuple[str, ...], **options: Any) -> None:
    """Run a query and print its rows.

    Events come from files (-f), from standard input (-), from a data folder or from a daemon. Exit codes: 0 done,
    1 error, 2 usage, 3 no connection or the data is in use, 4 the query is wrong, 5 time-out.
    """
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
    if not any(sources):
        raise click.UsageError(
            "where are the events? give -f FILE, - for standard input, --data DIR or --server URL"
        )
    with _exits():
        _run(text, stdin=bool(before), **options)


def _run(text: str, *, stdin: bool, form: str | None, limit: int, **options: Any) -> None:
    if options["server"]:
        from lynxalert.cli._remote import ask

        chosen = {name: options[name] for name in ("earliest", "latest") if options[name]}
        answer = ask(
            options["server"], {"q": text, "limit": limit, "timezone": options["timezone"], **chosen}
        )
        _tell(answer.columns, answer.rows, answer.warnings, form, cut=answer.truncated)
        return
    from lynxalert.lang import render

    with _store(options["data"]) as store:
        for file in options["files"]:
            with file.open(encoding="utf-8", errors="replace") as lines:
                _ingest(store, lines, options, str(file.name))
        if stdin:
            _ingest(store, sys.stdin, options, "stdin")
        times = {name: options[name] for name in ("earliest", "latest", "timezone")}
        result = store.query(text, limit=limit, **times)
    warnings = tuple(render(text, each) for each in result.warnings)
    _tell(result.columns, result.rows, warnings, form, cut=result.truncated)


def _ingest(store: Store, lines: Iterator[str] | Any, options: dict[str, Any], name: str) -> None:
    events = (line.rstrip("\n") for line in lines)
    origin = {
        "index": options["index"],
        "source": options["source"] or name,
        "sourcetype": options["sourcetype"],
    }
    receipt = store.ingest(events, **origin)
    for number, reason in receipt.rejected[:10]:
        click.echo(f"{name}:{number}: left out: {reason}", err=True)


def _store(data: pathlib.Path | None) -> Store:
    import lynxalert

    return lynxalert.open(":memory:" if data is None else data / "events.duckdb")


def _tell(
    columns: tuple[str, ...], rows: Any, warnings: tuple[str, ...], form: str | None, *, cut: bool
) -> None:
    for warning in warnings:
        click.echo(warning, err=True)
    show(columns, rows, form or usual())
    if cut:
        click.echo(f"only the first {len(rows):,} rows are shown; see --limit", err=True)


@contextlib.contextmanager
def _exits() -> Iterator[None]:
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
