"""Rows after every stage: goldens, and that each count is what the query up to that stage gives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib

import pytest

import lynxalert
from lynxalert.engine.funnel import Funnel
from lynxalert.lang import parse
from lynxalert.plan.display import shown_last
from tests import goldens
from tests.engine.test_golden_queries import opened
from tests.queries import NOW, held, store_of


@goldens.parametrize("rows")
def test_rows(path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    case = goldens.load(path, rewrite=request.config.getoption("--golden-rewrite"))
    options = {name: case[name] for name in ("earliest", "latest") if name in case.sections}
    try:
        found = held(case["events"].splitlines()).funnel(case["query"], now=NOW, **options)
    except lynxalert.QueryError as error:
        case.expect("error", str(error))
        return
    case.expect("rows", str(found))
    assert str(Funnel.from_json(found.as_json(), found.warnings)) == str(found)


# Some of every command's: all of them would count for a minute.
@pytest.mark.parametrize("path", goldens.cases("queries")[::40], ids=lambda path: path.stem)
def test_every_count_is_what_the_query_up_to_there_gives(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    case = goldens.load(path, rewrite=False)
    options = {name: case[name] for name in ("earliest", "latest", "timezone") if name in case.sections}
    with opened(case, tmp_path) as store:
        try:
            steps = store.funnel(case["query"], now=NOW, **options).steps
        except lynxalert.QueryError:
            with pytest.raises(lynxalert.QueryError):
                store.query(case["query"], now=NOW, write=True, **options)
            return
        query = shown_last(parse(case["query"]))
        for place, step in enumerate(reversed(steps[-len(query.stages) :])):
            part = dataclasses.replace(query, stages=query.stages[: len(query.stages) - place])
            window = store.query("| stats count", now=NOW, **options).window
            zone = options.get("timezone", "UTC")
            assert step.rows == len(
                store._engine.query(part, now=NOW, window=window, timezone=zone, write=True).rows
            )


def test_time_runs_out_for_the_counting_not_for_the_answer() -> None:
    with store_of({"n": number} for number in range(20_000)) as store:
        every_pair = "| eval one=1 | join max=0 one [search index=main | eval one=1 | fields one]"
        found = store._engine.funnel(every_pair, now=NOW, deadline=dt.timedelta(seconds=0.2))
    assert found.steps[-1].rows is None
    assert found.stopped is not None
    assert found.stopped.startswith("L403: the query was stopped after 0.2 s")
    assert "?" in str(found).splitlines()[0]


def test_counts_of_an_aggregation_nobody_reads_are_one_over_nothing() -> None:
    with store_of(["a=1"]) as store:
        assert store.query("a=2 | stats count | eval x=1 | fields x").rows == [{"x": 1}]
