"""Expressions of a relation: names resolved, functions known, types given. No SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.plan.function import AggregateFunction, Function
from lynxalert.plan.schema import Column
from lynxalert.plan.types import Type


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """The value of a column in this row."""

    column: Column

    @property
    def type(self) -> Type:
        """The column's type."""
        return self.column.type


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every row; *value* is text, a number, a Boolean, or None."""

    value: Any
    type: Type


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function of other values in this row."""

    function: Function
    arguments: tuple[Scalar, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class ForEach:
    """*body* for every value of the multivalue *values*, seen there as *element*; *function* says what comes of it."""

    function: Function
    values: Scalar
    element: Column
    body: Scalar
    type: Type


Scalar: TypeAlias = ColumnRef | Constant | Invoke | ForEach

NULL = Constant(None, Type.NULL)
TRUE = Constant(value=True, type=Type.BOOLEAN)


def constant(value: str | float | bool | None) -> Constant:  # noqa: FBT001 - a value, not a switch
    """*value* with the type it shows."""
    match value:
        case None:
            return NULL
        case bool():
            return Constant(value, Type.BOOLEAN)
        case int() if abs(value) < 2**63:
            return Constant(value, Type.INTEGER)
        case int() | float():
            return Constant(float(value), Type.FLOAT)
        case _:
            return Constant(value, Type.TEXT)


@dataclass(frozen=True, slots=True)
class AggregateCall:
    """An aggregate over the rows of a group. *number* is the N of `percN`; *time* the `_time` column if needed."""

    function: AggregateFunction
    argument: Scalar | None
    type: Type
    number: float | None = None
    time: Column | None = None


def columns_of(scalar: Scalar) -> frozenset[Column]:
    """Every column that *scalar* reads."""
    match scalar:
        case ColumnRef(column):
            return frozenset((column,))
        case Constant():
            return frozenset()
        case Invoke(arguments=arguments):
            return frozenset().union(*(columns_of(argument) for argument in arguments))
        case ForEach(values=values, element=element, body=body):
            return columns_of(values) | (columns_of(body) - {element})
