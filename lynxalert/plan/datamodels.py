"""A dataset of a data model, as the configuration maps it → the events that answer for it, under the model's names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lynxalert.lang import Code, QueryError, Span, parse
from lynxalert.lang.ast import Assignment, Expr, Query
from lynxalert.plan.analyze import indexes_of
from lynxalert.plan.expression import resolve
from lynxalert.plan.knowledge import MappedDataset
from lynxalert.plan.relation import Extend, Project, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.schema import METADATA, Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.registry import suggest

PLAIN = re.compile(r"[\w.:@{}-]+")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mapped dataset with its full name and what stands before its fields."""

    name: str
    prefix: str
    dataset: MappedDataset


def chosen(written: str, node: str | None, place: Span, scope: Scope) -> Chosen | None:
    """The dataset that `Model.Dataset` or `Model` (with `nodename=`) means; that it is not mapped is reported."""
    model, _, path = written.partition(".")
    wanted = (node or path).rpartition(".")[2]
    datasets = scope.knowledge.models.get(model)
    if datasets is None:
        near = suggest(model, scope.knowledge.models)
        help_ = f"did you mean `{near}`?" if near else f"map it: [datamodels.{model}.{wanted or 'Dataset'}]"
        _refuse(f"the data model `{model}` is not mapped to any events", place, help_, scope)
        return None
    if not wanted:
        wanted = model if model in datasets else next(iter(datasets)) if len(datasets) == 1 else ""
    if wanted not in datasets:
        named = f"the dataset `{wanted}` of" if wanted else "no one dataset is meant: name one of those of"
        help_ = f"mapped are {', '.join(f'{model}.{name}' for name in sorted(datasets))}"
        message = f"{named} the data model `{model}`" + (" is not mapped to any events" if wanted else "")
        _refuse(message, place, help_, scope)
        return None
    dataset = datasets[wanted]
    return Chosen(f"{model}.{wanted}", dataset.prefix or wanted, dataset)


def _refuse(message: str, place: Span, help_: str, scope: Scope) -> None:
    scope.report(Code.UNKNOWN_DATASET, message, place, help_)


def modelled(
    wanted: Chosen, place: Span, scope: Scope, lower: Callable[[Relation], Relation], *, prefixed: bool = True
) -> Relation:
    """What *lower* makes of the events of a dataset, their fields under the model's names."""
    query = _query(wanted, place, scope)
    if query is None:
        return lower(scope.scan(scope, ()))
    before = len(scope.diagnostics)
    pending = scope.subquery(query, scope.scan(scope, indexes_of(query)))
    _placed_at(place, before, scope)

    def named(relations: tuple[Relation, ...]) -> Relation:
        before = len(scope.diagnostics)
        events = _named(relations[0], wanted, place, scope, prefixed=prefixed)
        _placed_at(place, before, scope)
        return lower(events)

    return scope.combine((pending,), named)


def _query(wanted: Chosen, place: Span, scope: Scope) -> Query | None:
    try:
        return parse(wanted.dataset.search, scope.knowledge.macros)
    except QueryError as error:
        for one in error.diagnostics:
            scope.report(one.code, f"the search of `{wanted.name}` is wrong: {one.message}", place, one.help)
        return None


def _named(relation: Relation, wanted: Chosen, place: Span, scope: Scope, *, prefixed: bool) -> Relation:
    schema = relation.schema
    prefix = f"{wanted.prefix}." if prefixed else ""
    names: dict[str, Column] = {}
    for name, text in wanted.dataset.fields.items():
        value = _field(text, schema, wanted, place, scope)
        if isinstance(value, ColumnRef):
            names[name] = value.column
        elif value is not None:
            names[name] = scope.column(name, value.type)
            relation = Extend(relation, ((names[name], value),), relation.schema.put(names[name]))
    metadata = [column for column in schema.columns if column.name in METADATA]
    others = {column.name: column for column in schema.columns if column.name not in METADATA}
    renames = tuple((scope.column(prefix + name, old.type), old) for name, old in {**others, **names}.items())
    known = {new.name for new, _ in renames}
    shown = (*(one for one in metadata if one.name not in known), *(new for new, _ in renames))
    return Project(relation, Schema(shown, open=True), renames)


def _field(text: str, schema: Schema, wanted: Chosen, place: Span, scope: Scope) -> Scalar | None:
    """The field called *text*, or the value of the expression it is; nothing where no event has such a field."""
    if PLAIN.fullmatch(text):
        found = schema.find(text)
        return None if found is None else ColumnRef(found)
    try:
        return resolve(_expression(text), schema, scope)
    except QueryError as error:
        for one in error.diagnostics:
            scope.report(one.code, f"a field of `{wanted.name}` is wrong: {one.message}", place, one.help)
        return None


def _expression(text: str) -> Expr:
    (stage,) = parse(f"| eval field={text}").stages
    (assignment,) = stage.clauses
    assert isinstance(assignment, Assignment)
    return assignment.expression


def _placed_at(place: Span, before: int, scope: Scope) -> None:
    """Diagnostics of the mapping at the place of its use: their own places belong to the configuration."""
    moved = [replace(one, span=place) for one in scope.diagnostics[before:]]
    scope.diagnostics[before:] = list(dict.fromkeys(moved))
