"""Which number an alert watches, and against what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from lynxalert.alerts.measure import measure
from lynxalert.alerts.model import Alert, Every
from lynxalert.lang import parse
from lynxalert.lang.printer import print_query

MINUTE = dt.timedelta(minutes=1)
STATS = "level=error | stats count as errors by host"
TIERS = [{"name": "warn", "value": 100}, {"name": "crit", "value": 500}]


@pytest.mark.parametrize(
    ("query", "when", "expected"),
    [
        (f"{STATS} | where errors > 100", {"type": "any_rows"}, (STATS, "errors", [100.0])),
        (
            f'{STATS} | where errors > 100 and host != "a" and errors < 900',
            {"type": "any_rows"},
            (STATS, "errors", [100.0, 900.0]),
        ),
        (f'{STATS} | where host = "a"', {"type": "any_rows"}, (STATS, None, [])),
        (STATS, {"type": "any_rows"}, (STATS, None, [])),
        ("level=fatal", {"type": "any_rows"}, ("level=fatal | stats count", "count", [])),
        (STATS, {"type": "threshold", "field": "errors", "op": "gt", "value": 7}, (STATS, "errors", [7.0])),
        (STATS, {"type": "threshold", "field": "errors", "op": "gt", "tiers": TIERS}, (STATS, "errors", [100.0, 500.0])),
        (STATS, {"type": "relative", "field": "errors", "op": "gt", "percent": 200}, (STATS, "errors", [])),
        (
            STATS,
            {"type": "m_of_n", "m": 2, "n": 3, "of": {"type": "threshold", "field": "errors", "op": "gt", "value": 7}},
            (STATS, "errors", [7.0]),
        ),
        (STATS, {"type": "no_data"}, None),
        (STATS, {"type": "new_value"}, None),
    ],
)  # fmt: skip
def test_measure(
    query: str, when: dict[str, Any], expected: tuple[str, str | None, list[float]] | None
) -> None:
    alert = Alert(id="a", name="a", query=query, schedule=Every(MINUTE, "1m"), window=MINUTE, when=when)
    found = measure(alert, parse(query))
    if found is None or expected is None:
        assert found is expected
        return
    asked = found.query if isinstance(found.query, str) else print_query(found.query)
    wanted = print_query(parse(expected[0]))
    assert (print_query(parse(asked)), found.field, [each.value for each in found.limits]) == (
        wanted,
        *expected[1:],
    )


def test_raw_events_by_a_key_are_not_counted() -> None:
    alert = Alert(id="a", name="a", query="x=1", schedule=Every(MINUTE, "1m"), window=MINUTE, by=("host",))
    assert measure(alert, parse("x=1")) is None
