"""One aggregation → the same in two steps: what each bucket of time gives, and what these parts add up to.

Decided call by call: whatever is made of `count`, `sum`, `avg`, `min` and `max` can be had from parts. A sum of doubles
depends on the order of adding, unless every number is whole and all of them together stay below 2^53: each sum of
a part comes with a *weight* that says so. Not here: where parts are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from lynxalert.functions.aggregates import AGGREGATE, where
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    coalesce,
    column,
    is_present,
    number,
    text,
)

PART = "p"  # of the columns of parts, numbered
WEIGHT = "w"  # of those that say whether a sum is exact
ROWS = "rows"  # how many rows a part stands for
EXACT = 2.0**52  # of a weight below, any order of adding gives the same sum


@dataclass(frozen=True, slots=True)
class Column:
    """A column of parts: what it is of rows of events, the aggregate that makes one of several, and the type of both."""

    name: str
    of_rows: Node
    adding: str
    type: str | None = None

    @property
    def added(self) -> Node:
        """Several parts as one, of the same type."""
        node = call(self.adding, column(self.name))
        return node if self.type is None else cast(node, self.type)


@dataclass(slots=True)
class Parts:
    """An aggregation in two steps.

    *keys* are (name, what is grouped by); *columns* what a part holds; *weights* (name, of rows); *whole* are the columns
    of the aggregation out of parts, under their names.
    """

    keys: list[tuple[str, Node]] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    weights: list[tuple[str, Node]] = field(default_factory=list)
    whole: list[Node] = field(default_factory=list)

    def part(self, node: Node, adding: str, type_: str | None = None) -> Node:
        """What adds up the parts of *node*."""
        of_rows = node if type_ is None else cast(node, type_)
        known = next((each for each in self.columns if each.of_rows == of_rows), None)
        if known is None:
            known = Column(f"{PART}{len(self.columns)}", of_rows, adding, type_)
            self.columns.append(known)
        return known.added

    def weigh(self, node: Node) -> None:
        """Keep account of whether the sum *node* is exact."""
        if all(each != node for _, each in self.weights):
            self.weights.append((f"{WEIGHT}{len(self.weights)}", node))


def parted(aggregate: exp.Select) -> Parts | None:
    """*aggregate* in two steps; None where it needs its rows together."""
    group = aggregate.args.get("group")
    grouped_by = list(group.expressions) if group is not None else []
    found = Parts()
    for shown in aggregate.expressions:
        if not isinstance(shown, exp.Alias):
            return None
        if any(shown.this == node for node in grouped_by):
            found.keys.append((shown.alias, shown.this))
        elif (whole := _whole(shown, found)) is None:
            return None
        else:
            found.whole.append(whole)
    return found if {node for _, node in found.keys} == set(grouped_by) else None


def _whole(shown: exp.Alias, parts: Parts) -> Node | None:
    """The column *shown* out of parts; None where it is not made of parts alone."""
    made: exp.Alias = shown.copy()
    for each in [node for node in made.walk() if AGGREGATE in node.meta]:
        place = each.parent if isinstance(each.parent, exp.Filter) else each
        condition = place.expression.this if isinstance(place, exp.Filter) else None
        added = _added(each, condition, parts)
        if added is None:
            return None
        place.replace(added)
    names = {each.name for each in made.find_all(exp.Column)}
    return made if names <= {each.name for each in parts.columns} else None


def _added(aggregate: Node, condition: Node | None, parts: Parts) -> Node | None:
    """What the *aggregate* of the rows that meet *condition* is out of parts."""

    def of_rows(name: str, argument: Node) -> Node:
        node = call(name, argument.copy())
        return node if condition is None else where(node, condition.copy())

    def counted(argument: Node) -> Node:
        return coalesce(parts.part(of_rows("count", argument), "sum", "BIGINT"), number(0))

    def summed(argument: Node) -> Node:
        parts.weigh(of_rows("sum", _weight(argument)))
        return parts.part(of_rows("sum", argument), "sum", "DOUBLE")

    if not isinstance(aggregate, exp.Anonymous) or len(aggregate.expressions) != 1:
        return None
    (argument,) = aggregate.expressions
    name = aggregate.name.lower()
    if isinstance(argument, exp.Distinct | exp.Order):
        return None
    match name:
        case "count":
            return counted(argument)
        case "min" | "max":
            return parts.part(of_rows(name, argument), name)
        case "sum":
            return summed(argument)
        case "avg":
            ratio = binary("/", summed(argument), call("nullif", counted(argument), number(0)))
            return exp.Paren(this=ratio)
        case _:
            return None


def _weight(value: Node) -> Node:
    """How much of the digits of a double the number *value* takes when it is added; of a fraction, all."""
    whole = binary("=", value.copy(), call("trunc", value.copy()))
    return case(
        (whole, cast(call("abs", value.copy()), "DOUBLE")),
        (is_present(value.copy()), cast(text("inf"), "DOUBLE")),
    )
