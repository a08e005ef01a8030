"""`lynxalert keys`: access keys, in the data folder while no daemon runs, else through one."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable
from typing import Any

import click

from lynxalert.cli._exits import Exit
from lynxalert.errors import LynxError

ROLES = ("ingest", "viewer", "member", "admin")


def _where(function: Callable[..., Any]) -> Callable[..., Any]:
    file = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)
    function = click.option("--config", "file", type=file, help="Whose data folder; default: config.toml.")(
        function
    )
    return click.option(
        "--server", help="Ask a daemon there instead, with the key of an admin in LYNXALERT_KEY."
    )(function)


def _answer(server: str | None, file: pathlib.Path | None, work: Callable[[Any], Any]) -> Any:
    from lynxalert.cli._keys import Offline, Remote
    from lynxalert.cli._remote import NoDaemonError
    from lynxalert.daemon.lock import FolderHeldError

    try:
        return asyncio.run(work(Remote(server) if server else Offline(file)))
    except FolderHeldError as error:
        click.echo(f"lynxalert: {error}; or ask it: --server http://localhost:3100", err=True)
    except NoDaemonError as error:
        click.echo(f"lynxalert: {error}", err=True)
    raise click.exceptions.Exit(Exit.CONNECTION)


@click.group
def command() -> None:
    """Make, list and revoke access keys."""


@command.command
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.option("--expires", metavar="DURATION", help="Such as 90d; default: never.")
@click.option("--index", "indexes", multiple=True, help="Where an ingest key may send: a pattern.")
@click.option("--source", "sources", multiple=True, help="Of which sources: a pattern.")
@_where
def create(
    name: str,
    role: str,
    expires: str | None,
    indexes: tuple[str, ...],
    sources: tuple[str, ...],
    server: str | None,
    file: pathlib.Path | None,
) -> None:
    """Make a key and print it: it cannot be shown again."""
    if (indexes or sources) and role != "ingest":
        raise click.UsageError("--index and --source are for keys with the role ingest.")
    from lynxalert.cli._keys import Wanted

    wanted = Wanted(name, role, expires, indexes, sources)
    click.echo(_answer(server, file, lambda keys: keys.create(wanted)))


@command.command(name="list")
@_where
def list_(server: str | None, file: pathlib.Path | None) -> None:
    """Every key, earliest first, without its text."""
    from lynxalert.cli._shown import show, usual

    rows = _answer(server, file, lambda keys: keys.all())
    show(("id", "name", "role", "created_at", "expires_at", "last_used_at"), rows, usual())


@command.command
@click.argument("key_id", metavar="ID")
@_where
def revoke(key_id: str, server: str | None, file: pathlib.Path | None) -> None:
    """Revoke the key with this id, for good."""
    if not _answer(server, file, lambda keys: keys.revoke(key_id)):
        raise LynxError(f"no key has the id {key_id}")
