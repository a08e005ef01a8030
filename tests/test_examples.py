"""Every example of the documentation is run: what it says is what it gives."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

import lynxalert
from lynxalert.engine import compiler
from lynxalert.functions.table import AGGREGATES, FUNCTIONS
from lynxalert.lang import Code, Diagnostic
from lynxalert.lang.ast import Stage
from lynxalert.lang.walk import nodes
from lynxalert.plan import Type
from lynxalert.plan.command import COMMANDS
from lynxalert.plan.function import EVENT, SAMPLE, AggregateFunction, Function
from lynxalert.store import Store
from tests.queries import NOW, held, run

PUBLIC = [function for function in FUNCTIONS.values() if function.public]
AGGREGATIONS = [
    function for function in AGGREGATES.values() if function.name.isidentifier() and not function.charted
]
EXAMPLES = [(name, query) for name, cls in COMMANDS.items() for query, _ in cls.EXAMPLES]


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.name)
def test_a_function_gives_what_its_example_says(function: Function) -> None:
    assert function.example is not None
    text = function.example.text
    assert f"{function.name}(" in text
    if isinstance(function.example.value, bool):
        text = f"if({text}, 1, 0)"
    result = run([EVENT], f"| eval result={text} | table result")
    assert result.rows[0]["result"] == function.example.value
    assert not result.warnings


def minutes(rows: tuple[dict[str, object], ...]) -> list[dict[str, object]]:
    start = NOW - dt.timedelta(minutes=len(rows))
    return [
        {"timestamp": (start + dt.timedelta(minutes=place)).isoformat(), **row}
        for place, row in enumerate(rows)
    ]


@pytest.mark.parametrize("function", AGGREGATIONS, ids=lambda function: function.name)
def test_an_aggregation_gives_what_its_example_says(function: AggregateFunction) -> None:
    assert function.example is not None
    text = function.example.text
    assert text.startswith(function.name)
    command = "timechart span=1h" if function.charted else "stats"
    row = run(minutes(SAMPLE), f"| {command} {text} as result").rows[0]
    assert row["result"] == function.example.value


@pytest.mark.parametrize(("name", "query"), EXAMPLES, ids=[query for _, query in EXAMPLES])
def test_the_example_of_a_command_compiles(name: str, query: str) -> None:
    parsed = lynxalert.parse(query)
    named = {stage.command for stage in nodes(parsed) if isinstance(stage, Stage)}
    assert name in named or name in ("geostats", "mstats")  # which says what to write instead
    codes = {diagnostic.code for diagnostic in mistakes(held([EVENT]), query)}
    # Only what is not there: fields of other events, files, models.
    assert codes <= {Code.UNKNOWN_FIELD, Code.UNKNOWN_LOOKUP, Code.UNKNOWN_DATASET}


def mistakes(store: Store, query: str) -> tuple[Diagnostic, ...]:
    try:
        store.explain(query)
    except lynxalert.QueryError as error:
        return error.diagnostics
    return ()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name: str) -> None:
    cls = COMMANDS[name]
    assert cls.EXAMPLES
    # A dataclass writes its own signature as docstring when it has none.
    assert cls.__doc__
    assert not cls.__doc__.startswith(f"{cls.__name__}(")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_documentation_of_a_function_is_a_sentence(function: Function) -> None:
    assert function.doc[0].isupper() or function.doc.startswith(("`", "e "))
    assert function.doc.endswith(".")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_knows_the_type_of_any_arguments(function: Function) -> None:
    least, _ = function.arity
    for kind in Type:
        assert function.result_type((kind,) * max(least, 2)) in Type


def test_the_registries_are_the_compilers_own() -> None:
    assert compiler.FUNCTIONS is FUNCTIONS
    assert compiler.COMMANDS is COMMANDS
    assert dataclasses.is_dataclass(COMMANDS["stats"])
