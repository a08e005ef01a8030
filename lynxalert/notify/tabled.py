"""Raw events, one a line → an HTML table: a column for each field where they are JSON objects, else one of texts. Pure."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lynxalert.notify.filters import text_of
from lynxalert.notify.markup import cut

MOST_COLUMNS = 8  # beyond them, what is left of an event stands in one more
LONGEST = 120  # characters of a cell
CELL = "border: 1px solid #ccc; padding: 2px 6px; text-align: left; vertical-align: top; white-space: normal"
TABLE = "border-collapse: collapse; font-family: monospace; font-size: 90%"
REST = "…"


def table(text: str) -> str:
    """The events of *text* as a table, its values escaped; styles stand beside what they style, as mail wants it."""
    lines = text.splitlines()
    objects = [_object(line) for line in lines]
    if any(each is None for each in objects):
        return _table([], [[line] for line in lines])
    read = [each for each in objects if each is not None]
    names = list(dict.fromkeys(name for each in read for name in each))
    shown, hidden = names[:MOST_COLUMNS], names[MOST_COLUMNS:]
    rows = [[_cell(each.get(name)) for name in shown] for each in read]
    if hidden:
        for row, each in zip(rows, read, strict=True):
            row.append(_cell({name: each[name] for name in hidden if name in each} or None))
    return _table([*shown, *([REST] if hidden else [])], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = [f"<tr>{''.join(_spelled('th', each) for each in heads)}</tr>"] if heads else []
    body = [f"<tr>{''.join(_spelled('td', each) for each in row)}</tr>" for row in rows]
    return f'<table style="{TABLE}">{"".join([*head, *body])}</table>'


def _spelled(tag: str, text: str) -> str:
    return f'<{tag} style="{CELL}">{html.escape(text)}</{tag}>'


def _cell(value: Any) -> str:
    return cut(text_of(value), LONGEST)


def _object(line: str) -> Mapping[str, Any] | None:
    """The event that *line* is, if it is whole: a long one was cut."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found else None
