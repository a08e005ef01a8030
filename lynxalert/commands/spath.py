"""`spath`: take values out of JSON by their path, or all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Name, Option, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.jsonpath import BadPath, read_path
from lynxalert.plan.relation import Aggregate, Apply, Extend, Project, Relation
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.terms import scan_of
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 2_000  # fields that a stage without a path may make


@command
@dataclass(frozen=True, slots=True)
class Spath:
    """The value at a path such as `user.name`, `items{}.id` (all items) or `items{0}` of a JSON text (`_raw`).

    The field is called like the path, or as `output` says. Without a path every value becomes a field of its own.
    """

    positional: Name | None = one(Name)
    input: str = option("_raw")
    path: str = option("")
    output: str = option("")
    stage: Stage | None = None
    EXAMPLES = (
        ("| spath path=commits{}.author.name output=author | stats count by author", "commits by author"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension; without a path it is known which ones when the texts have been looked at."""
        source = scope.find(self.input, relation.schema, self._place("input"))
        path = self.path or (self.positional.text if self.positional else "")
        if path:
            return self._extracted(relation, source, path, scope)
        if source is None:
            return relation
        scan = scan_of(relation)
        if scan is not None and source == scan.schema.find("_raw"):
            # Every value of an event that is JSON was made a field, under these very names, when it arrived.
            return _with_all(relation, scan.schema)
        return _expanded(relation, source, self._place("input"), scope)

    def _place(self, name: str) -> Span:
        assert self.stage is not None
        for clause in self.stage.clauses:
            if isinstance(clause, Option) and clause.name == name:
                return clause.value_span
        return self.positional.span if self.positional and name == "path" else self.stage.name_span

    def _extracted(self, relation: Relation, source: Column | None, path: str, scope: Scope) -> Relation:
        try:
            read_path(path)
        except BadPath as wrong:
            help_ = "write for example user.name, items{}.id or items{0}"
            scope.report(Code.WRONG_VALUE, str(wrong), self._place("path"), help_)
            return relation
        if source is None or source.type is Type.NULL:
            found: Scalar = scope.null()
            column = scope.column(self.output or path, Type.TEXT)
        else:
            found = scope.call("spath", ColumnRef(source), constant(path))
            column = scope.column(self.output or path, found.type)
        return Extend(relation, ((column, found),), relation.schema.put(column))


def _with_all(relation: Relation, schema: Schema) -> Relation:
    """*relation* with the fields of *schema* that were dropped on the way."""
    shown = relation.schema
    for column in schema.columns:
        if shown.find(column.name) is None:
            shown = shown.put(column)
    return relation if shown is relation.schema else Project(relation, shown)


def _expanded(relation: Relation, source: Column, place: Span, scope: Scope) -> Relation:
    """Every value of the JSON texts as a field: what shapes they have is asked for first."""
    shapes = scope.column("shapes", Type.LIST)
    call = AggregateCall(scope.aggregates["json:structure"], ColumnRef(source), Type.LIST)

    def extended(table: pa.Table) -> Relation:
        texts = sorted(text for row in table.to_pylist() for text in row["shapes"] or () if text is not None)
        paths = dict.fromkeys(path for text in texts for path in paths_of(json.loads(text)))
        if len(paths) > MOST:
            message = f"`spath` would make {len(paths):,} fields; at most {MOST:,} are offered"
            scope.report(Code.TOO_LARGE, message, place, "give it a path")
            return relation
        schema = relation.schema
        columns = []
        for path in paths:
            value = scope.call("spath", ColumnRef(source), constant(path))
            old = schema.find(path)
            if old is not None:
                value = scope.call("coalesce", value, ColumnRef(old))
            column = scope.column(path, value.type)
            columns.append((column, value))
            schema = schema.put(column)
        return Extend(relation, tuple(columns), schema) if columns else relation

    return Apply(Aggregate(relation, (), ((shapes, call),), Schema((shapes,))), "spath", extended)


def paths_of(shape: Any, path: str = "") -> Iterator[str]:
    """The paths to the values in *shape*: objects of shapes, arrays of one shape, names of kinds."""
    match shape:
        case dict():
            for name, inner in shape.items():
                yield from paths_of(inner, f"{path}.{name}" if path else name)
        case list():
            for inner in shape:
                yield from paths_of(inner, f"{path}{{}}")
        case _ if path and shape != "NULL" and _readable(path):
            yield path
        case _:
            pass


def _readable(path: str) -> bool:
    """Whether a path can be written: a name may have brackets or be empty."""
    try:
        read_path(path)
    except BadPath:
        return False
    return True
