"""A query, stage by stage: canonical text, relation, SQL, parameters. The architecture on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import parse_one

from lynxalert.engine.compiler import CompiledQuery
from lynxalert.lang import print_query, render
from lynxalert.plan.relation import (
    Aggregate,
    Apply,
    Distinct,
    Extend,
    Filter,
    Generate,
    Handed,
    Join,
    Limit,
    Nested,
    Project,
    Relation,
    Scan,
    Sort,
    Spanned,
    Union,
    Unnest,
    Window,
)
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Constant, ForEach, Invoke, Scalar
from lynxalert.plan.schema import Column


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of a query. *sql* is pretty-printed; None where a stage must run before it is known."""

    canonical: str
    relation: str
    sql: str | None
    parameters: dict[str, str]
    key_fields: tuple[str, ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        parts = [
            ("query", self.canonical),
            ("relation", self.relation),
            ("sql", self.sql or "(known when run)"),
        ]
        bound = ", ".join(f"${name} = {meaning}" for name, meaning in self.parameters.items())
        parts.append(("parameters", bound))
        if self.key_fields:
            parts.append(("one instance per", ", ".join(self.key_fields)))
        if self.warnings:
            parts.append(("warnings", "\n".join(self.warnings)))
        return "\n".join(f"-- {title} --\n{body}" for title, body in parts)


def explain(compiled: CompiledQuery) -> Explanation:
    """What *compiled* is made of."""
    sql = compiled.sql
    return Explanation(
        canonical=print_query(compiled.query),
        relation="\n".join(tree(compiled.relation)),
        sql=None if sql is None else parse_one(sql, dialect="duckdb").sql(dialect="duckdb", pretty=True),
        parameters={
            name: meaning
            for name, meaning in (
                ("start", "start of the time range"),
                ("end", "end of the time range, excluded"),
                ("now", "the time the query runs for"),
            )
            if sql is None or f"${name}" in sql
        },
        key_fields=compiled.key_fields,
        warnings=tuple(render(compiled.query.source, diagnostic) for diagnostic in compiled.warnings),
    )


def tree(relation: Relation, depth: int = 0, seen: set[int] | None = None) -> list[str]:
    """The relation as an indented list, what is read first at the bottom; what is read twice is shown once."""
    seen = set() if seen is None else seen
    again = id(relation) in seen and bool(_inputs(relation))
    seen.add(id(relation))
    lines = [f"{'  ' * depth}{describe(relation)}{' (as above)' if again else ''}"]
    for below in () if again else _inputs(relation):
        lines += tree(below, depth + 1, seen)
    return lines


def _inputs(relation: Relation) -> tuple[Relation, ...]:
    match relation:
        case Scan() | Generate():
            return ()
        case Union(branches):
            return tuple(branch for branch, _ in branches)
        case Join(left, right):
            return (left, right)
        case Nested(queries):
            return tuple(query.relation for query in queries)
        case _:
            return (relation.input,)


def describe(relation: Relation) -> str:
    """One node in one line."""
    match relation:
        case Scan(indexes):
            return f"Scan {', '.join(indexes) or 'nothing'}"
        case Generate(schema=schema):
            return f"Generate {', '.join(schema.names)}"
        case Filter(_, predicate):
            return f"Filter {scalar(predicate)}"
        case Extend(_, columns):
            return "Extend " + ", ".join(f"{column.name} = {scalar(value)}" for column, value in columns)
        case Project(_, schema):
            return f"Project {', '.join(schema.names)}"
        case Aggregate(_, keys, aggregates):
            return f"Aggregate {_calls(aggregates)}{_names(' by ', [new for new, _ in keys])}"
        case Window(_, partition, aggregates):
            return f"Window {_calls(aggregates)}{_names(' by ', partition)}"
        case Distinct(_, keys, keep):
            return f"Distinct first {keep} of {', '.join(key.name for key in keys)}"
        case Sort(_, keys, reverse):
            if reverse:
                return "Sort reversed"
            return "Sort " + ", ".join(f"{'-' if key.descending else ''}{key.column.name}" for key in keys)
        case Limit(_, count, per):
            return f"Limit {count}{_names(' per ', per)}"
        case Unnest(_, column):
            return f"Unnest {column.name}{' (absent ones too)' if relation.keeps_absent else ''}"
        case Union(branches):
            return f"Union of {len(branches)}"
        case Join(on=on, kind=kind):
            return f"Join {kind}{_names(' on ', [left for left, _ in on])}"
        case Spanned():
            return "Spanned: continues when the range of time is known"
        case Nested(queries):
            return f"Nested: continues when {len(queries)} inner queries have run"
        case Handed(_, sink):
            return f"Handed to {sink}"
        case Apply(_, name):
            return f"Apply {name}"


def _calls(aggregates: Iterable[tuple[Column, AggregateCall]]) -> str:
    return ", ".join(f"{column.name} = {call(value)}" for column, value in aggregates)


def _names(word: str, columns: Sequence[Column]) -> str:
    return word + ", ".join(column.name for column in columns) if columns else ""


def scalar(value: Scalar) -> str:
    """An expression as people read it."""
    match value:
        case ColumnRef(column):
            return column.name
        case Constant(constant):
            return repr(constant) if constant is not None else "null"
        case ForEach(function, values, element, body):
            return f"{function.name}({scalar(values)}, each {element.name}: {scalar(body)})"
        case Invoke():
            inner = [scalar(argument) for argument in value.arguments]
            name = value.function.name
            if len(inner) > 1 and not name[0].isalpha():
                return f"({f' {name} '.join(inner)})"
            return f"({f' {name} '.join(inner)})" if name in ("AND", "OR") else f"{name}({', '.join(inner)})"


def call(aggregate: AggregateCall) -> str:
    """An aggregate as people read it."""
    number = f"{aggregate.number:g}" if aggregate.number is not None else ""
    return f"{aggregate.function.name}{number}({scalar(aggregate.argument) if aggregate.argument else ''})"
