"""The events every client sends, and how what came back is held against them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.integration.clients import Client

LEVELS = ("info", "warn", "error")


def event(number: int) -> dict[str, Any]:
    minute, second = divmod(number, 60)
    return {
        "n": number,
        "ns": 1_771_070_400_000_000_000 + number * 1_000_000_000 + (number + 1) * 1_000_000,
        "time": f"2026-02-14T12:{minute:02}:{second:02}.{number + 1:03}".rstrip("0") + "Z",
        "level": LEVELS[number % 3],
        "text": f"order {number} of café Müller is late, 100% sure",
        "message": f'order {number}: "quoted" \\ back, tab\t, café ✓ {{}} %d',
    }


def number_of(row: dict[str, Any]) -> int:
    """Which event *row* is: a field that ends in `n`, or what the line says."""
    told = next((row[name] for name in ("n", "message.n", "N") if row.get(name) is not None), None)
    if told is None:
        said = re.search(r"n=(\d+)", row["_raw"])
        assert said is not None, f"which event is {row}?"
        told = said[1]
    return int(told)


def compare(client: Client, rows: Sequence[dict[str, Any]], count: int) -> None:
    """Fail unless *rows* are the first *count* events as *client* sends them, each once."""
    assert [number_of(row) for row in sorted(rows, key=number_of)] == list(range(count))
    for row in rows:
        wanted = client.row(event(number_of(row)))
        assert {name: row.get(name) for name in wanted} == wanted
