"""`lynxalert check FILE`: a configuration file → every mistake in it, before a daemon meets them."""

from __future__ import annotations

import json
import pathlib
from typing import TYPE_CHECKING

import click

from lynxalert.cli._asked import exits
from lynxalert.cli._exits import Exit

if TYPE_CHECKING:
    from lynxalert.config import Found, Settings


@click.command
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of the file, for editors, and check nothing."
)
@click.option(
    "--server", help="Also ask the daemon at this address how long evaluations take, and which channels work."
)
def command(file: pathlib.Path | None, *, schema: bool, server: str | None) -> None:
    """Check a configuration file: settings, secrets, channels, queries.

    Everything is reported at once, each with its place. Warnings do not fail the check.
    """
    if schema:
        from lynxalert.config.schema.file import file_schema

        click.echo(json.dumps(file_schema(), indent=1, ensure_ascii=False))
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.")
    with exits():
        _check(file, server)


def _check(file: pathlib.Path, server: str | None) -> None:
    from lynxalert.config import ConfigError, compiler, load, report

    try:
        settings = load(file, compiler)
    except ConfigError as error:
        click.echo(str(error))
        errors = sum(each.mistake.fatal for each in error.found)
        click.echo(f"\n{file}: {_count(errors, 'mistake')}")
        raise click.exceptions.Exit(Exit.ERROR) from error
    warnings = (*settings.warnings, *(_measured(file, settings, server) if server else ()))
    if warnings:
        click.echo(report(warnings))
        click.echo()
    parts = [_count(len(settings.alerts), "alert"), _count(len(settings.channels), "named channel")]
    parts.append(_count(len(warnings), "warning"))
    click.echo(f"{file}: ok, {', '.join(parts)}")


def _measured(file: pathlib.Path, settings: Settings, server: str) -> list[Found]:
    """What the daemon at *server* says of it, each with its place in *file*."""
    from lynxalert.cli._measured import measured
    from lynxalert.config import files

    document = files.read(file)
    return [document.locate(each) for each in measured(settings, server)]


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
