"""Barriers → relations: what must know its data first is run here, so that the analysis can go on behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
from sqlglot import exp

from lynxalert.engine.catalog import Catalog
from lynxalert.engine.compiler import resume
from lynxalert.engine.run import QueryFailed, Run, execute, fetched
from lynxalert.engine.sql import Stages, render_into
from lynxalert.functions.nodes import call
from lynxalert.plan import ALL_TIME, TimeWindow, Type
from lynxalert.plan.relation import Apply, Generate, Handed, Nested, OrderKey, Pending, Relation, Spanned
from lynxalert.plan.rows import rows_of
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import LookupSink, Output

CAP = 1_000_000  # rows handed to one sink


def settled(run: Run, pending: Pending) -> Relation:
    """The relation of a query, every barrier in it run."""
    while not pending.known:
        passed = _through(run, pending.relation, pending.window)
        pending = resume(run.compiled, replace(pending, relation=passed))
    return pending.relation


def readied(run: Run) -> tuple[Relation, str, tuple[Generate, ...]]:
    """The relation of a run, its SQL and the tables that reads; every barrier in it run."""
    compiled = run.compiled
    if compiled.sql is not None:
        return compiled.relation, compiled.sql, compiled.tables
    relation = settled(run, compiled.pending)
    return relation, *rendered(relation, compiled.catalog)


def _through(run: Run, barrier: Relation, window: int) -> Relation:
    """The relation a barrier stands for, its input run now. It may be a barrier again."""
    match barrier:
        case Spanned():
            return barrier.lower(_extent(run, barrier, run.window(window)))
        case Nested(queries):
            return barrier.lower(tuple(settled(run, query) for query in queries))
        case Apply():
            result = barrier.function(_arrow(run, barrier.input, barrier.cap, barrier.name))
            return generated(result, run.compiled.scope) if isinstance(result, pa.Table) else result
        case Handed(input_, sink, shown):
            table = _arrow(run, input_, CAP, "outputlookup" if isinstance(sink, LookupSink) else "collect")
            rows = rows_of(table, input_.schema)
            start = run.window(0).start or run.now
            run.outputs.append(Output(sink, shown, rows, start))
            return barrier.lower(table)
        case _:
            raise AssertionError("only barriers are run before the rest is known")


def _extent(run: Run, barrier: Spanned, window: TimeWindow) -> TimeWindow:
    """The range a stage covers: the query's own, or that of the data where it is open."""
    if window.over != "_time":  # it says nothing of when events happened
        window = ALL_TIME
    if window.start is not None and window.end is not None:
        return window
    stages = Stages(run.compiled.catalog)
    source = stages.add(barrier.input, frozenset((barrier.time,)))
    sql = stages.extent(source, barrier.time).sql(dialect="duckdb", copy=False)
    first, last = execute(run, sql, tuple(stages.tables)).fetchall()[0]
    start = window.start or (first.replace(tzinfo=dt.UTC) if first else run.now)
    end = window.end or (last.replace(tzinfo=dt.UTC) + dt.timedelta(microseconds=1) if last else run.now)
    return TimeWindow(start, end)


def _arrow(run: Run, relation: Relation, cap: int, name: str) -> pa.Table:
    sql, tables = rendered(relation, run.compiled.catalog)
    table = fetched(run, sql, tables)
    if table.num_rows > cap:
        raise QueryFailed(
            f"`{name}` looks at rows one by one and takes at most {cap:,}; here it is given {table.num_rows:,}: "
            "search a shorter time, or aggregate before it",
            transient=False,
        )
    names = [column.name for column in relation.schema.columns]
    return table.select(range(len(names))).rename_columns(names)  # rows of no columns come as a column of 1


def rendered(relation: Relation, catalog: Catalog) -> tuple[str, tuple[Generate, ...]]:
    """The SQL of *relation* and the tables it reads."""
    stages = Stages(catalog)
    return render_into(stages, relation).sql(dialect="duckdb", copy=False), tuple(stages.tables)


def generated(table: pa.Table, scope: Scope) -> Generate:
    """*table* as a relation: its columns by place, its rows in order."""
    columns = tuple(scope.column(name, type_of(table.schema.field(name).type)) for name in table.column_names)
    position = scope.column("position", Type.INTEGER)
    numbered = table.append_column("position", pa.array(range(table.num_rows), pa.int64()))
    numbered = numbered.rename_columns([*(str(place) for place in range(len(columns))), "position"])
    return Generate(numbered, Schema(columns), position, (OrderKey(position),))


def type_of(type_: pa.DataType) -> Type:
    """How a column of an Arrow table is carried on."""
    if pa.types.is_integer(type_):
        return Type.INTEGER
    if pa.types.is_floating(type_):
        return Type.FLOAT
    if pa.types.is_boolean(type_):
        return Type.BOOLEAN
    if pa.types.is_timestamp(type_):
        return Type.TIME
    return Type.LIST if pa.types.is_list(type_) else Type.TEXT


def counted(run: Run, relation: Relation) -> int:
    """How many rows *relation* has; only what decides that is computed."""
    stages = Stages(run.compiled.catalog)
    source = stages.add(relation, frozenset())
    return int(asked(run, stages, stages.select([call("count", exp.Star())], source))[0][0])


def asked(run: Run, stages: Stages, select: exp.Select) -> list[tuple[Any, ...]]:
    """The rows of *select* over *stages*."""
    sql = stages.with_all(select).sql(dialect="duckdb", copy=False)
    return execute(run, sql, tuple(stages.tables)).fetchall()
