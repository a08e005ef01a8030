"""SELECT → the same with the constants of its comparisons lifted out: what tells alerts of one shape apart.

A constant is lifted only where a column of its type means exactly what the literal does: as a side of a comparison,
as it is or in lower case. What a function was built around (a pattern compiled, a percentile) stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from lynxalert.functions.nodes import Node, column, conjuncts

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Like, exp.ILike)
LARGEST = 2**63
PREFIX = "k"  # of the columns that stand for constants; those of plans begin with c or h


@dataclass(frozen=True, slots=True)
class Lifted:
    """A constant and the type of the column that stands for it. *node* is how it was written."""

    type: str
    value: str | int | float
    node: Node = field(compare=False)


def lift(query: Node, found: list[Lifted]) -> None:
    """Replace the constants of *query* by the columns k0, k1, …, counting on from those *found* before."""
    for comparison in list(query.find_all(*COMPARISONS)):
        for side in list(comparison.iter_expressions()):
            _lift_side(side, found)


def _lift_side(side: Node, found: list[Lifted]) -> None:
    constant = _constant(side)
    if constant is not None:
        side.replace(column(f"{PREFIX}{len(found)}"))
        found.append(constant)
    elif isinstance(side, exp.Paren) or (isinstance(side, exp.Anonymous) and side.name.lower() == "lower"):
        for inner in list(side.iter_expressions()):
            _lift_side(inner, found)


def _constant(node: Node) -> Lifted | None:
    match node:
        case exp.Literal() if node.is_string:
            return Lifted("string", str(node.this), node)
        case exp.Literal() if str(node.this).isdigit() and int(node.this) < LARGEST:
            return Lifted("int64", int(node.this), node)
        case exp.Paren() if isinstance(node.this, exp.Neg):
            positive = _constant(node.this.this)
            if positive is not None and isinstance(positive.value, int):
                return Lifted("int64", -positive.value, node)
        case exp.Cast() if node.to.this is exp.DataType.Type.DOUBLE and isinstance(node.this, exp.Literal):
            return Lifted("double", float(node.this.this), node)
    return None


def put_back(query: Node, literal: Callable[[int], Lifted | None]) -> None:
    """Replace the columns of lifted constants for which there is a *literal* by that."""
    for number, place in list(_places(query)):
        constant = literal(number)
        if constant is not None:
            place.replace(constant.node.copy())


def _places(query: Node) -> Iterator[tuple[int, Node]]:
    for place in query.find_all(exp.Column):
        if is_lifted(place):
            yield int(place.name[len(PREFIX) :]), place


def is_lifted(node: Node) -> bool:
    """Whether *node* stands for a constant."""
    return isinstance(node, exp.Column) and node.name.startswith(PREFIX)


def spell_equalities(query: Node) -> None:
    """Turn `x IN (y)` into `x = y`: only that is hashed."""
    for within in list(query.find_all(exp.In)):
        if len(within.expressions) == 1:
            within.replace(exp.EQ(this=within.this, expression=within.expressions[0]))


def finds_rows(query: exp.Select) -> bool:
    """Whether *query* keeps only rows in which something of the row equals something of the constants.

    Then a hash of the constants finds the alerts of a row; without, every row must be held against every alert.
    """
    where = query.args.get("where")
    return where is not None and any(_equates(each) for each in conjuncts(where.this))


def _equates(node: Node) -> bool:
    if not isinstance(node, exp.EQ):
        return False
    sides = [node.this, node.expression]
    of_constants = [_only(side, lifted=True) for side in sides]
    return any(of_constants) and any(_only(side, lifted=False) for side in sides)


def _only(node: Node, *, lifted: bool) -> bool:
    columns = list(node.find_all(exp.Column))
    return bool(columns) and all(is_lifted(each) is lifted for each in columns)
