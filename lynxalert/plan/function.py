"""What a function is: one entry with its name, parameters, meaning, documentation and example.

The SQL of an entry is opaque here: plan knows names, arity and types only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from lynxalert.lang import Code
from lynxalert.plan.types import Type


class Takes(StrEnum):
    """How a parameter wants its argument; the renderer converts before the entry's SQL sees it."""

    TEXT = "text"
    NUMBER = "number"  # a double, null where the value does not read as a number
    BOOLEAN = "Boolean"
    LIST = "multivalue"
    VALUE = "value"  # as it is, with its type


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. *constant*: must be a literal. *many*: takes the rest of the arguments."""

    takes: Takes
    optional: bool = False
    many: bool = False
    constant: bool = False


Returns: TypeAlias = Type | Callable[[tuple[Type, ...]], Type]


# The event that examples of functions may read, and the rows that examples of aggregations are computed over:
# a minute apart, the oldest first.
EVENT = {"host": "web1", "message": "disk full", "n": 7, "sizes": [1, 20, 3]}
SAMPLE = ({"x": 4, "user": "ann"}, {"x": 1, "user": "bob"}, {"x": 3, "user": "ann"}, {"x": 1})


@dataclass(frozen=True, slots=True)
class Example:
    """An expression and the value it has, executed by a test and printed in the docs."""

    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with literal arguments; *argument* is the place of the culprit, None when it is the whole call."""

    message: str
    help: str | None = None
    argument: int | None = None
    code: Code = Code.WRONG_VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of one row. *check* looks at the values of the arguments, `...` for those that are no literals."""

    name: str
    takes: tuple[Parameter, ...]
    returns: Returns
    sql: Callable[..., Any]
    doc: str
    example: Example | None = None
    check: Callable[[tuple[Any, ...]], Complaint | None] | None = None
    pattern: int | None = None  # which argument is a regular expression
    zoned: bool = False  # its SQL receives the query's zone as a last text argument

    def result_type(self, arguments: tuple[Type, ...]) -> Type:
        """The type of a call with arguments of these types."""
        return self.returns if isinstance(self.returns, Type) else self.returns(arguments)

    @property
    def public(self) -> bool:
        """Whether users call it by its name; operators and what commands use have names nobody can write."""
        return self.name.isidentifier() and self.name.islower()

    @property
    def arity(self) -> tuple[int, int | None]:
        """The least and the greatest number of arguments (None: no bound)."""
        least = sum(1 for parameter in self.takes if not parameter.optional)
        return least, None if any(parameter.many for parameter in self.takes) else len(self.takes)


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateFunction:
    """A function of many rows. *sql* receives an `engine`-side call: argument, order, `_time`, number."""

    name: str
    returns: Returns
    sql: Callable[..., Any]
    doc: str
    takes: Takes = Takes.VALUE
    bare: bool = False  # may stand without an argument (`count`)
    ordered: bool = False  # the order of rows matters
    timed: bool = False  # needs `_time`
    when_empty: Any = None  # its value over no rows
    per: int | None = None  # seconds of the unit it counts by, of the length of a bucket: `timechart` only
    example: Example | None = None  # over the rows of `SAMPLE`

    @property
    def charted(self) -> bool:
        """Whether it stands in `timechart` only."""
        return self.per is not None

    def result_type(self, argument: Type) -> Type:
        """The type of the aggregate of values of type *argument*."""
        return self.returns if isinstance(self.returns, Type) else self.returns((argument,))


Functions: TypeAlias = Mapping[str, Function]
AggregateFunctions: TypeAlias = Mapping[str, AggregateFunction]
