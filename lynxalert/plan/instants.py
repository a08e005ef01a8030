"""`_time` as a time again where a query made a number of it: `eval _time=strptime(…)`, `rename t as _time`."""

from __future__ import annotations

from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

NAME = "_time"
NUMBERS = (Type.INTEGER, Type.FLOAT)


def assigned_time(name: str, value: Scalar, scope: Scope) -> Scalar:
    """What a field *name* gets of *value*: numbers become times in `_time`; a text stays, for people write dates there."""
    return scope.call("time:instant", value) if name == NAME and value.type in NUMBERS else value


def timed(relation: Relation, scope: Scope) -> tuple[Relation, Column | None]:
    """*relation* with `_time` as a time, and that column; nothing where there is none. What is no number is no time."""
    column = relation.schema.find(NAME)
    if column is None or column.type is Type.TIME:
        return relation, column
    relation = extended(relation, {NAME: scope.call("time:instant", ColumnRef(column))}, scope)
    return relation, relation.schema.find(NAME)
