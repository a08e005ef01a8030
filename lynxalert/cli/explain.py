"""`lynxalert explain 'QUERY'`: what becomes of a query; with --rows, how many rows each stage leaves and why none."""

from __future__ import annotations

import json
import pathlib
from functools import partial
from typing import Any

import click

from lynxalert.cli._asked import asked, exits, filled, question
from lynxalert.cli._config_option import USUAL

METRIC = (
    "type",
    "threshold",
    "comparison_op",
    "threshold_type",
    "filter",
    "agent_id",
    "skill_id",
    "skill_name",
)
SHOWN = ("q", "when", "key", "interval", "cron", "window", "delay", "for", "no_data")


@click.command
@partial(asked, required=False)
@click.option(
    "--alert", help="Explain the query of this alert, by its key in --config or its id at --server."
)
@click.option(
    "--config",
    "config",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    default=USUAL,
    help=f"The file that defines the alert; by default {USUAL} here.",
)
@click.option("--rows", is_flag=True, help="Count the rows after every stage, and say why there are none.")
def command(words: tuple[str, ...], **options: Any) -> None:
    """Show the stages that a query goes through: canonical text, relation, SQL, parameters.

    With --rows the query runs, over the same events as `lynxalert query` would, and the rows are counted after
    every stage. Without it events only tell which fields there are.
    """
    name, config = options.pop("alert"), options.pop("config")
    if not words and name is None:
        raise click.UsageError("what? give a QUERY, or --alert KEY")
    with exits():
        if name is not None:
            if words:
                raise click.UsageError("a query or --alert: give one of them")
            head, query = _of_alert(name, config, options["server"])
            click.echo(head)
            words = (query,)
        text, stdin = question(words, options, needed=options["rows"])
        told = _remote(text, **options) if options["server"] else _local(text, stdin=stdin, **options)
        click.echo(told)


def _of_alert(name: str, config: pathlib.Path, server: str | None) -> tuple[str, str]:
    """What an alert comes to, in words, and its query. One with a `type` shows what that stands for."""
    if server:
        from urllib.parse import quote

        from lynxalert.cli._remote import get

        fields = get(server, f"alerts/{quote(name, safe='')}")["data"]
    else:
        from lynxalert.cli.backtest import find, loaded
        from lynxalert.config.written import as_written

        if not config.exists():
            raise click.UsageError("which alert? name its file with --config, or a daemon with --server")
        fields = as_written(find(loaded(config), name, config))
    shown = {name: fields[name] for name in (*METRIC, *SHOWN) if fields.get(name) is not None}
    lines = [
        f"{name:<9} {value if isinstance(value, str) else json.dumps(value)}" for name, value in shown.items()
    ]
    return "\n".join(lines) + "\n", fields["q"]


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
