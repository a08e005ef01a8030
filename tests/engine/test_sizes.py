"""Queries as programs write them, of a quarter of a million characters: planned in time that grows with their length."""

from __future__ import annotations

import time

import pytest

from lynxalert.engine.compiler import compile_query
from lynxalert.lang import parse
from lynxalert.plan.knowledge import Knowledge
from tests.bench.queries import LONGEST, generated
from tests.queries import store_of

PARTS = 8
# Work in proportion takes PARTS times as long as a part of it, what grows with the square PARTS² times.
TOLERATED = PARTS**2 / 2


@pytest.mark.slow
@pytest.mark.parametrize("what", ["service IN (…)", "wildcards joined by OR"])
def test_a_long_query_is_planned_in_proportion_to_its_length(what: str) -> None:
    fields = {"service": "a", "host": "b", "user": "c"}
    with store_of([fields]) as store:
        catalog = store._events.catalog()

    def seconds(text: str) -> float:
        """Of CPU: what else the machine does is not counted."""
        started = time.process_time()
        compiled = compile_query(parse(text), catalog, "UTC", Knowledge())
        assert compiled.sql is not None
        return time.process_time() - started

    part, whole = generated(LONGEST // PARTS)[what], generated(LONGEST)[what]
    seconds(part)
    one = min(seconds(part) for _ in range(2))
    assert any(seconds(whole) < TOLERATED * one for _ in range(3)), "thrice: anything may happen to one try"
