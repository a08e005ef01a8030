"""Rows and those of an earlier range of time → both side by side, with what changed: what `compare` does."""

from __future__ import annotations

from lynxalert.plan.comparing import Shape
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Extend, Join, Project, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import TimeSpan
from lynxalert.plan.types import Type

NUMBERS = (Type.INTEGER, Type.FLOAT, Type.ANY)
ALONE = "\0alone"  # what rows without keys meet by; no field is called so


def beside_earlier(now: Relation, before: Relation, shape: Shape, span: TimeSpan, scope: Scope) -> Relation:
    """*now* with the values of *before* beside its own; rows of *before* lie *span* earlier."""
    keys = shape.keys or (ALONE,)
    if not shape.keys:
        now = extended(now, {ALONE: constant(1)}, scope)
        before = extended(before, {ALONE: constant(1)}, scope)
    time = before.schema.find("_time")
    if "_time" in keys and time is not None and time.type is Type.TIME:
        # By the calendar of the zone: the same hour of the day on both sides of a change of the clocks.
        later = scope.call("time:later", ColumnRef(time), constant(f"+{span}"), constant(scope.timezone))
        before = extended(before, {"_time": later}, scope)
    ours, theirs = _by_name(now), _by_name(before)
    on = tuple((ours[name], theirs[name]) for name in keys if name in theirs)
    renewed = {old.name: scope.column(old.name, old.type) for old in before.schema.columns}
    pairs = tuple((renewed[old.name], old) for old in before.schema.columns)
    joined = Join(now, before, on, "full", pairs, now.schema, scope.column("place", Type.INTEGER))
    values: dict[str, Scalar] = {}
    for name in dict.fromkeys((*ours, *theirs)):
        values |= _compared(
            name, ours.get(name), renewed.get(name), key=name in keys, shape=shape, scope=scope
        )
    made = _put(joined, values, scope)
    return Project(made, made.schema.drop(ALONE))


def _by_name(relation: Relation) -> dict[str, Column]:
    return {column.name: column for column in relation.schema.columns}


def _compared(
    name: str, now: Column | None, before: Column | None, *, key: bool, shape: Shape, scope: Scope
) -> dict[str, Scalar]:
    here: Scalar = ColumnRef(now) if now is not None else scope.null()
    there: Scalar = ColumnRef(before) if before is not None else scope.null()
    if key:
        return {name: scope.call("coalesce", here, there)}
    if shape.counts is None or name in shape.counts:
        here, there = (scope.call("coalesce", value, constant(0)) for value in (here, there))
    values: dict[str, Scalar] = {name: here, f"{name}_before": there}
    if here.type in NUMBERS or there.type in NUMBERS:
        values[f"{name}_change"] = scope.call("-", here, there)
    return values


def _put(relation: Relation, values: dict[str, Scalar], scope: Scope) -> Relation:
    """*relation* with *values* in their order, nothing else."""
    columns = [(scope.column(name, value.type), value) for name, value in values.items()]
    hidden = relation.schema.hidden
    return Extend(relation, tuple(columns), Schema(tuple(column for column, _ in columns), hidden=hidden))
