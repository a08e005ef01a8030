"""Rows → text on standard output: a table for people, NDJSON, JSON or CSV for programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from lynxalert.clock import rfc3339

FORMATS = ("table", "ndjson", "json", "csv")


def usual() -> str:
    """A table on a terminal, NDJSON into a pipe."""
    return "table" if sys.stdout.isatty() else "ndjson"


def show(columns: Sequence[str], rows: Sequence[dict[str, Any]], form: str) -> None:
    """Print *rows* in one of `FORMATS`; columns without any value are left out of a table."""
    match form:
        case "ndjson":
            for row in rows:
                click.echo(_json({name: value for name, value in row.items() if value is not None}))
        case "json":
            click.echo(_json(list(rows)))
        case "csv":
            click.echo(_csv(columns, rows), nl=False)
        case _:
            _table(columns, rows)


def _json(value: Any) -> str:
    return json.dumps(value, default=plain, ensure_ascii=False)


def plain(value: Any) -> str:
    return rfc3339(value) if isinstance(value, dt.datetime) else str(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "\n".join(_text(each) for each in value)
        case _:
            return plain(value)


def _csv(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row.get(name)) for name in columns] for row in rows)
    return out.getvalue()


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    filled = [name for name in columns if any(row.get(name) is not None for row in rows)]
    table = Table(show_edge=False, pad_edge=False)
    for name in filled:
        numeric = all(
            isinstance(row.get(name), int | float | None) and not isinstance(row.get(name), bool)
            for row in rows
        )
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row.get(name))) for name in filled))
    console = Console(highlight=False)
    if rows and filled:
        console.print(table)
    console.print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", style="dim")
