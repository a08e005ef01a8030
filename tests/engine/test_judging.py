"""What a query judged among others comes to is what it comes to when it is compiled by itself."""

from __future__ import annotations

import pathlib
import random

import pytest

from lynxalert.config.compiling import NoEvents
from lynxalert.engine import Engine, Judge
from lynxalert.engine.reads import indexes_of
from lynxalert.lang import QueryError
from lynxalert.plan.knowledge import Knowledge
from tests.engine.test_molds import alike

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
TEXTS = sorted(
    {
        part.split("\n--")[0].split("\n==")[0].strip()
        for folder in ("language", "errors/limits", "errors/types", "errors/warnings", "errors/names")
        for path in sorted((GOLDEN / folder).glob("*.txt"))
        for part in path.read_text(encoding="utf-8").split("-- query --\n")[1:]
    }
)


def compiled(engine: Engine, text: str) -> object:
    try:
        found = engine.compile(text)
    except QueryError as error:
        return str(error)
    return found.query, found.columns, found.key_fields, indexes_of(found.relation), found.warnings


def judged(judge: Judge, text: str) -> object:
    try:
        found = judge(text)
    except QueryError as error:
        return str(error)
    return found.query, found.columns, found.key_fields, found.indexes, found.warnings


@pytest.mark.parametrize("part", range(4))
def test_judging_many_is_compiling_each(part: int) -> None:
    """Every query of the goldens, and others of its outline, in one configuration."""
    engine, judge = Engine(NoEvents()), Judge(NoEvents().catalog(), Knowledge())
    chance = random.Random(part)
    for text in TEXTS[part::4]:
        try:
            others = [alike(text, chance) for _ in range(1)]
        except QueryError:
            others = []
        for each in [text, *others]:
            assert judged(judge, each) == compiled(engine, each), each


def test_queries_that_differ_in_plain_constants_are_analysed_once() -> None:
    judge = Judge(NoEvents().catalog(), Knowledge())
    texts = [f"service=s{n} | stats count by host | where count > {n + 10}" for n in range(50)]
    sound = [judge(text) for text in texts]
    assert len(judge._known) == 1
    assert {tuple(each.columns or ()) for each in sound} == {("host", "count")}
