"""`lynxalert explain 'QUERY'`: what becomes of a query: canonical text, relation, SQL, parameters."""

from __future__ import annotations

import pathlib

import click

from lynxalert.cli._exits import Exit


@click.command
@click.argument("text", metavar="QUERY")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    help="Know the fields of this data folder; without it no field is known.",
)
@click.option(
    "--timezone", default="UTC", show_default=True, help="The zone of days, snaps and texts of times."
)
def command(text: str, data: pathlib.Path | None, timezone: str) -> None:
    """Show the stages that a query goes through."""
    import lynxalert
    from lynxalert.lang import QueryError

    try:
        with lynxalert.open(":memory:" if data is None else data / "events.duckdb") as store:
            click.echo(str(store.explain(text, timezone=timezone)))
    except QueryError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.QUERY) from error
