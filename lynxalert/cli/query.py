"""`lynxalert query 'QUERY'`: over files or standard input as grep does, over a data folder, or against a daemon."""

from __future__ import annotations

from typing import Any

import click

from lynxalert.cli._asked import asked, exits, filled, question
from lynxalert.cli._shown import FORMATS, show, usual

MOST = 100_000  # rows


@click.command
@asked
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
    text, stdin = question(words, options, needed=True)
    with exits():
        _run(text, stdin=stdin, **options)


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

    with filled(options, stdin=stdin) as store:
        times = {name: options[name] for name in ("earliest", "latest", "timezone")}
        result = store.query(text, limit=limit, **times)
    warnings = tuple(render(text, each) for each in result.warnings)
    _tell(result.columns, result.rows, warnings, form, cut=result.truncated)


def _tell(
    columns: tuple[str, ...], rows: Any, warnings: tuple[str, ...], form: str | None, *, cut: bool
) -> None:
    for warning in warnings:
        click.echo(warning, err=True)
    show(columns, rows, form or usual())
    if cut:
        click.echo(f"only the first {len(rows):,} rows are shown; see --limit", err=True)
