"""The kinds of values a field can hold, and how two kinds meet."""

from __future__ import annotations

from enum import StrEnum


class Type(StrEnum):
    """What is known of a field's values before a query runs. NULL is possible in every one."""

    INTEGER = "integer"  # 64-bit whole numbers
    FLOAT = "float"  # doubles
    TEXT = "text"
    BOOLEAN = "boolean"
    TIME = "time"  # an instant, UTC
    LIST = "list"  # a multivalue of texts
    ANY = "any"  # one value, of a kind that differs from row to row: carried as JSON
    NULL = "null"  # no value in any row

    @property
    def is_number(self) -> bool:
        """Whether every value is a number."""
        return self in (Type.INTEGER, Type.FLOAT)


def meet(left: Type, right: Type) -> Type:
    """The type that holds the values of both without changing any; beside a multivalue, one value is a list of one."""
    if left is right or right is Type.NULL:
        return left
    if left is Type.NULL:
        return right
    if left.is_number and right.is_number:
        return Type.FLOAT
    return Type.LIST if Type.LIST in (left, right) else Type.ANY
