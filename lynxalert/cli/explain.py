"""`lynxalert explain 'QUERY'`: what becomes of a query; with --rows, how many rows each stage leaves and why none."""

from __future__ import annotations

from typing import Any

import click

from lynxalert.cli._asked import asked, exits, filled, question


@click.command
@asked
@click.option("--rows", is_flag=True, help="Count the rows after every stage, and say why there are none.")
def command(words: tuple[str, ...], **options: Any) -> None:
    """Show the stages that a query goes through: canonical text, relation, SQL, parameters.

    With --rows the query runs, over the same events as `lynxalert query` would, and the rows are counted after
    every stage. Without it events only tell which fields there are.
    """
    text, stdin = question(words, options, needed=options["rows"])
    with exits():
        told = _remote(text, **options) if options["server"] else _local(text, stdin=stdin, **options)
        click.echo(told)


def _local(text: str, *, stdin: bool, rows: bool, **options: Any) -> str:
    with filled(options, stdin=stdin) as store:
        if rows:
            times = {name: options[name] for name in ("earliest", "latest", "timezone")}
            return str(store.funnel(text, **times))
        return str(store.explain(text, timezone=options["timezone"]))


def _remote(text: str, *, rows: bool, server: str, timezone: str, **options: Any) -> str:
    from lynxalert.cli._remote import post
    from lynxalert.engine.explain import Explanation
    from lynxalert.engine.funnel import Funnel

    chosen = {name: options[name] for name in ("earliest", "latest") if options[name]}
    asked_for = {"q": text, "timezone": timezone, "rows": rows, **chosen}
    found = post(server, "query/explain", asked_for)["data"]
    counts = found.pop("rows")
    return str(Funnel.from_json(counts, found["warnings"]) if rows else Explanation(**found))
