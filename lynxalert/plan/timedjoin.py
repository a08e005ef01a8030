"""`join usetime=t`: rows of another relation that agree, and are no later (or no earlier) than the row they join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.plan.neighbours import extended, kept, one_if, over_rows
from lynxalert.plan.relation import Filter, Frame, Join, Limit, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope


@dataclass(frozen=True, slots=True)
class Times:
    """The times of both sides, and whether the other one comes first."""

    ours: Column
    theirs: Column
    earlier: bool


def joined_by_time(
    left: Relation,
    right: Relation,
    on: tuple[tuple[Column, Column], ...],
    taken: Sequence[Column],
    times: Times,
    scope: Scope,
    *,
    keeps: bool,
    most: int | None,
    overwrite: bool,
) -> Relation:
    """*left* with the columns *taken* of the first *most* fitting rows; *keeps*: rows that find none stay as they are."""
    left, number = over_rows(left, "count", None, Frame(), scope)
    renewed = {old: scope.column(old.name, old.type) for old in (*taken, times.theirs)}
    pairs = tuple((new, old) for old, new in renewed.items())
    place = scope.column("place", left.schema.columns[0].type)
    both: Relation = Join(left, right, on, "left" if keeps else "inner", pairs, left.schema, place)
    sign = "<=" if times.earlier else ">="
    fits = one_if(scope.call(sign, ColumnRef(renewed[times.theirs]), ColumnRef(times.ours)), scope)
    both, fit = kept(both, fits, scope, "fit")
    holds: Scalar = scope.call("=", ColumnRef(fit), constant(1))
    if keeps:
        both, fitting = over_rows(both, "sum", ColumnRef(fit), None, scope, (number,))
        both, first = over_rows(both, "count", None, Frame(), scope, (number,))
        none = scope.call("=", ColumnRef(fitting), constant(0))
        alone = scope.call("AND", none, scope.call("=", ColumnRef(first), constant(1)))
        found = Filter(both, scope.call("OR", holds, alone))
    else:
        found = Filter(both, holds)
    values: dict[str, Scalar] = {}
    for old in taken:
        ours, theirs = (
            left.schema.find(old.name),
            scope.call("if", holds, ColumnRef(renewed[old]), scope.null()),
        )
        pair = (theirs,) if ours is None else (theirs, ColumnRef(ours))
        values[old.name] = (
            pair[0] if ours is None else scope.call("coalesce", *(pair if overwrite else pair[::-1]))
        )
    few = found if most is None else Limit(found, most, (number,))
    return extended(few, values, scope)
