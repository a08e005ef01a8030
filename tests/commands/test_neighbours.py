"""`eventstats` and `streamstats` against `stats`, and against what a person would count."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.functions.table import AGGREGATES
from lynxalert.store import Store
from tests.queries import NOW, rows, store_of

NUMBERED = {"perc": "perc90", "p": "p50", "exactperc": "exactperc50", "upperperc": "upperperc95"}
NAMES = [
    NUMBERED.get(name, name)
    for name, function in AGGREGATES.items()
    if name.isidentifier() and not function.charted and name != "sparkline"  # stands in `stats` only
]
EVENTS = [
    {
        "timestamp": f"2026-02-14T10:{place:02d}:00Z",
        "host": "ab"[place % 2],
        "n": place * place,
        **({"word": "xyx"[place % 3]} if place != 3 else {}),
        "mixed": ["x", 1, 2.5, "3"][place % 4],
        "list": ["p", "q", "p"][: place % 4],
    }
    for place in range(8)
]


@pytest.fixture(scope="module")
def store() -> Store:
    with store_of(EVENTS) as store:
        yield store


def alike(found: list[Any], expected: list[Any]) -> bool:
    """Whether values are the same, floats up to the order in which they were added."""
    return all(
        one == pytest.approx(other) if isinstance(one, float) else one == other
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("field", ["n", "mixed", "list"])
@pytest.mark.parametrize("name", NAMES)
def test_every_aggregation_works_over_rows_as_over_groups(store: Store, name: str, field: str) -> None:
    def ask(text: str) -> list[Any]:
        found = store.query(f"{text} | sort host | table host x", now=NOW).rows
        return [row["x"] for row in found]

    grouped = ask(f"| stats {name}({field}) as x by host")
    for same in ("eventstats {} | dedup host", "streamstats {} | reverse | dedup host"):
        assert alike(ask("| " + same.format(f"{name}({field}) as x by host")), grouped)


ROWS = st.lists(
    st.fixed_dictionaries(
        {"gap": st.integers(0, 4), "n": st.integers(0, 9)}, optional={"host": st.sampled_from("ab")}
    ),
    min_size=1,
    max_size=15,
)


def events_of(given_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    time, events = 0, []
    for row in given_rows:
        time += row["gap"]
        fields = {name: row[name] for name in ("n", "host") if name in row}
        events.append({"timestamp": f"2026-02-14T10:{time:02d}:00Z", "minute": time, **fields})
    return events


@given(
    ROWS,
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 1, 3]),
    st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_a_window_sees_the_rows_it_says(
    given_rows, window, current, everywhere, by, minutes, downwards
) -> None:
    events = events_of(given_rows)
    words = [f"window={window}" if window else "", f"current={current}", f"global={everywhere}"]
    words += [f"time_window={minutes}m"] if minutes else []
    order = "" if downwards else "| sort _time"
    asked = f"* {order} | streamstats {' '.join(words)} count as c, list(n) as l {'by host' if by else ''}"
    found = ordered = rows(events, f"{asked} | table minute n host c l")
    for place, row in enumerate(found):
        if by and "host" not in row:
            assert "c" not in row
            continue
        before = ordered[: place + (1 if current else 0)]
        if window and (everywhere or not by):
            before = ordered[max(0, place - window + (1 if current else 0)) : place + (1 if current else 0)]
        if by:
            before = [one for one in before if one.get("host") == row["host"]]
        if window and by and not everywhere:
            before = before[-window:]
        if minutes:
            before = [one for one in before if abs(one["minute"] - row["minute"]) < minutes]
        assert row["c"] == len(before)
        seen = row.get("l", [])
        assert (seen if isinstance(seen, list) else [seen]) == [str(one["n"]) for one in before]
