"""Random events, random queries of up to six stages: the engine and the reference agree on rows, order and columns."""

from __future__ import annotations

import datetime as dt

import hypothesis
import pytest
from hypothesis import strategies as st

from lynxalert.lang import QueryError, parse, print_query
from tests.differential.comparing import Case, case_of
from tests.differential.stages import STAGES, Drawn
from tests.differential.tables import tables
from tests.queries import NOW
from tests.reference import evaluate
from tests.reference.table import Table

LONGEST = 6
AT_ONCE = 6  # queries over one table: storing it is what costs
STARTS = ["| table _time id n v w g G l{}", "| fields id n v w g G l{}", "index=main"]
# Refusals that a query may deserve: names that are nearly those of columns, arguments no value of which fits.
DESERVED = {"L105", "L201", "L302", "L303", "L304", "L306"}


@st.composite
def queries(draw: st.DrawFn, case: Case) -> str:
    """A query whose stages use the columns that the reference says there are."""
    text = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(1, LONGEST))):
        table = evaluate.run(text, case.table, NOW)
        names = [name for name in (*table.columns, *table.hidden) if usable(name)]
        if not names or len(names) > 30:
            break
        name = draw(st.sampled_from(sorted(STAGES)))
        if not fits(name, table):
            continue
        text += " | " + STAGES[name](Drawn(draw, names))
    return text


def fits(name: str, table: Table) -> bool:
    """Whether a stage can follow: times where it needs them, no column of its own there already."""
    if name.startswith("timechart"):
        shown = "_time" in (*table.columns, *table.hidden)
        return shown and all(isinstance(row.get("_time", NOW), dt.datetime) for row in table.rows)
    if name == "transpose":
        return not table.events  # they would show when they were stored
    return name != "untable" or not {"label", "cell"} & {*table.columns}


def usable(name: str) -> bool:
    return (
        bool(name.strip())
        and not set(name) & set("'\"\\*$|[]`\n%")
        and name not in ("_raw", "_indextime", "timestamp")
    )


# By default the same queries in every run (the profile `house` is derandomized): a difference that nobody has met yet
# must not stop somebody else's change. HYPOTHESIS_PROFILE=deep asks new ones every time.
# A failing query is short enough to read as it is; shrinking whole tables and queries takes minutes.
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)


@hypothesis.settings(phases=PHASES, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(st.data())
def test_random_queries(data: st.DataObject) -> None:
    case = case_of(data.draw(tables()))
    with case.store:
        for _ in range(AT_ONCE):
            text = data.draw(queries(case))
            query = parse(text)
            assert print_query(parse(print_query(query))) == print_query(query)
            difference = answered(case, text)
            if difference:
                pytest.fail(difference)


def answered(case: Case, text: str) -> str | None:
    """What the answers differ in; nothing where the engine refuses with a reason that random names may earn."""
    try:
        return case.difference(text)
    except QueryError as refused:
        codes = {one.code.value for one in refused.diagnostics}
        return None if codes <= DESERVED else str(refused)
