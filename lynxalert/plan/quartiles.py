"""Numbers far from the quartiles of their field: what `outlier` and `anomalydetection method=iqr` share."""

from __future__ import annotations

from collections.abc import Sequence

from lynxalert.lang.ast import Name
from lynxalert.plan.command import BadOption
from lynxalert.plan.neighbours import aggregated_over, extended
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.totals import summed
from lynxalert.plan.types import Type

MARK = "000"


def multiple(text: str) -> float:
    """A number from 0 up.

    Raises:
        BadOption: anything else.
    """
    read = read_number(text)
    if read is None or read < 0:
        raise BadOption("a number from 0 up")
    return float(read)


def drawn_in(
    relation: Relation,
    names: Sequence[Name],
    scope: Scope,
    *,
    param: float,
    below: bool,
    remove: bool,
    mark: bool,
) -> Relation:
    """*relation* with the numbers beyond *param* times the distance of the quartiles at that bound, or none."""
    values: dict[str, Scalar] = {}
    for column in summed(relation, names, scope):
        relation, low, high = _bounds(relation, column, param, scope)
        value = ColumnRef(column)
        number = scope.call("tonumber", value)
        drawn: Scalar = value
        for test, bound in ((">", high), ("<", low)) if below else ((">", high),):
            instead: Scalar = bound
            if remove:
                instead = scope.null()
            elif mark:
                instead = scope.call(".", constant(MARK), bound)
            drawn = scope.call("if", scope.call(test, number, bound), instead, drawn)
        values[column.name] = drawn
    return extended(relation, values, scope)


def _bounds(
    relation: Relation, column: Column, param: float, scope: Scope
) -> tuple[Relation, Scalar, Scalar]:
    """The bounds below and above which numbers of *column* are far, the same in every row."""
    function = scope.aggregates["perc"]
    ends = [scope.column(name, Type.FLOAT) for name in ("low", "high")]
    calls = tuple(
        (end, AggregateCall(function, ColumnRef(column), Type.FLOAT, number))
        for end, number in zip(ends, (25.0, 75.0), strict=True)
    )
    first, third = (ColumnRef(end) for end in ends)
    reach = scope.call("*", constant(param), scope.call("-", third, first))
    windowed = aggregated_over(relation, (), calls, None)
    return windowed, scope.call("-", first, reach), scope.call("+", third, reach)
