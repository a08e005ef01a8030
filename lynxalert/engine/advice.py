"""What only the rows show: a list cut at its limit, rows left out because a by-field is missing. As warnings (language §3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from lynxalert.engine.columns import same
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.sql import Stages
from lynxalert.functions.nodes import call, number
from lynxalert.functions.picking import LIST_LIMIT
from lynxalert.lang import Code, Diagnostic
from lynxalert.lang.ast import Aggregation, By, Name
from lynxalert.lang.walk import nodes
from lynxalert.plan.relation import Aggregate, Generate, Relation
from lynxalert.plan.schema import METADATA, Column

SAMPLE = 10_000  # rows looked at for missing by-fields
MANY = 0.1  # of the rows


def cut_lists(compiled: CompiledQuery, rows: Sequence[Mapping[str, Any]]) -> list[Diagnostic]:
    """A warning for each column made by `list` in which a row shows as many values as it ever does."""
    made = {one.name for one in _lists(compiled.relation)}
    if not made:
        return []
    clauses = {
        node.alias.text if node.alias else f"{node.function}({getattr(node.argument, 'text', '')})": node
        for node in nodes(compiled.query)
        if isinstance(node, Aggregation) and node.function.lower() == "list"
    }
    found = []
    for name in clauses.keys() & made:
        if any(isinstance(row.get(name), list) and len(row[name]) >= LIST_LIMIT for row in rows):
            message = f"`{name}` shows the first {LIST_LIMIT} values only"
            found.append(
                Diagnostic(Code.CUT, message, clauses[name].span, "values() shows each once, count() all")
            )
    return found


def _lists(relation: Relation) -> Iterator[Column]:
    """The visible columns that come straight from `list`."""
    visible = set(relation.schema.columns)
    for below in _chain(relation):
        if isinstance(below, Aggregate):
            yield from (
                one for one, made in below.aggregates if made.function.name == "list" and one in visible
            )


def _chain(relation: Relation) -> Iterator[Relation]:
    while True:
        yield relation
        if not hasattr(relation, "input"):
            return
        relation = relation.input


class Missing:
    """The question how often the by-fields of the first aggregation are missing in what it reads."""

    def __init__(self, compiled: CompiledQuery) -> None:
        self.names: list[Name] = []
        self.sql: str | None = None
        self.tables: tuple[Generate, ...] = ()
        aggregates = [one for one in _chain(compiled.relation) if isinstance(one, Aggregate) and one.keys]
        if compiled.pending.known and aggregates:
            self._ask(aggregates[-1], compiled)

    def _ask(self, aggregate: Aggregate, compiled: CompiledQuery) -> None:
        written = {
            name.text: name
            for stage in compiled.query.stages
            if stage.command in ("stats", "chart", "top", "rare")
            for clause in stage.clauses
            if isinstance(clause, By)
            for name in clause.names
        }
        keys = [old for new, old in aggregate.keys if new.name in written and new.name not in METADATA]
        if not keys:
            return
        self.names = [written[old.name] for old in keys if old.name in written]
        if len(self.names) != len(keys):
            return
        stages = Stages(compiled.catalog)
        few = stages.select([same(one) for one in keys], stages.add(aggregate.input, frozenset(keys)))
        few.set("limit", exp.Limit(expression=number(SAMPLE)))
        counts = [call("count", exp.Star()), *(call("count", same(one)) for one in keys)]
        self.sql = stages.with_all(stages.select(counts, stages.push(few))).sql(dialect="duckdb", copy=False)
        self.tables = tuple(stages.tables)

    def warnings(self, counts: Sequence[int]) -> list[Diagnostic]:
        """What *counts* (of rows, then of values of each field) tell."""
        rows = counts[0]
        found = []
        for name, present in zip(self.names, counts[1:], strict=True):
            share = (rows - present) / rows if rows else 0.0
            if share >= MANY:
                message = f"`{name.text}` is missing in {share:.0%} of the rows, which are left out here"
                help_ = f"keep them with `fillnull value=none {name.text}` before"
                found.append(Diagnostic(Code.SPARSE_BY, message, name.span, help_))
        return found
