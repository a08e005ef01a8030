"""`lynxalert fmt 'QUERY'`: a query in its canonical form."""

from __future__ import annotations

import sys

import click

from lynxalert.cli._exits import Exit


@click.command
@click.argument("text", metavar="QUERY|-")
def command(text: str) -> None:
    """Print a query as LynxAlert writes it; - reads it from standard input. Macros are expanded in the process."""
    from lynxalert.lang import QueryError, parse, print_query

    written = sys.stdin.read() if text == "-" else text
    try:
        click.echo(print_query(parse(written)))
    except QueryError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.QUERY) from error
