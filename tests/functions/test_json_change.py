"""Changes to JSON texts, held against the same changes to Python's values."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.lang.quoting import quoted
from tests.queries import NOW, store_of

NAMES = st.sampled_from(["a", "b", "c/d", "~", "é"])
VALUES = st.recursive(
    st.none() | st.integers(-5, 5) | st.sampled_from(["", "x", 'say "hi"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
STEPS = st.lists(NAMES | st.integers(0, 2) | st.none(), min_size=1, max_size=3).filter(
    lambda steps: isinstance(steps[0], str)
)
GONE = object()


def spelled(steps: list[Any]) -> str:
    text = ""
    for step in steps:
        text += (
            (f".{step}" if text else step) if isinstance(step, str) else f"{{{'' if step is None else step}}}"
        )
    return text


def expected(document: Any, steps: list[Any], change: Any) -> Any:
    """What *change* makes of the value at *steps*: GONE is nothing, before and after."""
    if not steps:
        return change(document)
    first, *rest = steps
    if isinstance(first, str):
        if document is GONE:
            made = expected(GONE, rest, change)
            return GONE if made is GONE else {first: made}
        if not isinstance(document, dict):
            return document
        found = {
            name: expected(value, rest, change) if name == first else value
            for name, value in document.items()
        }
        if first not in document:
            found[first] = expected(GONE, rest, change)
        return {name: value for name, value in found.items() if value is not GONE}
    if not isinstance(document, list):
        return document
    items = [
        expected(item, rest, change) if first in (None, place) else item
        for place, item in enumerate(document)
    ]
    return [item for item in items if item is not GONE]


def longer(old: Any, added: list[Any]) -> Any:
    return [*old, *added] if isinstance(old, list) else old


@given(st.dictionaries(NAMES, VALUES, max_size=3), STEPS, st.integers(0, 9))
def test_changes_are_those_of_values(document: dict[str, Any], steps: list[Any], value: int) -> None:
    path = quoted(spelled(steps))
    changes = {
        f"json_set(j, {path}, {value})": lambda _: value,
        f"json_delete(j, {path})": lambda _: GONE,
        f"json_append(j, {path}, {value})": lambda old: longer(old, [value]),
        f'json_extend(j, {path}, "[{value}, null]")': lambda old: longer(old, [value, None]),
    }
    evals = ", ".join(f"r{number}={text}" for number, text in enumerate(changes))
    with store_of([json.dumps({"j": json.dumps(document)})]) as store:
        row = store.query(f"| eval {evals} | table r*", now=NOW).rows[0]
    for number, change in enumerate(changes.values()):
        found = json.loads(str(row[f"r{number}"]))
        assert found == expected(copy.deepcopy(document), steps, change)
