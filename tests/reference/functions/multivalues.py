"""Functions of multivalues (5): lists of texts; one value is a list of one, an empty list is null (3.2)."""

from __future__ import annotations

import re

from lynxalert.lang import ast
from tests.reference.functions.kinds import Evaluate, Lazy, Plain
from tests.reference.values import Row, Value, items, multivalue, number, spelled, truth


def split(value: Value, delimiter: Value) -> Value:
    """`split`: an empty delimiter cuts between characters."""
    if value is None or delimiter is None:
        return None
    whole, cut = spelled(value), spelled(delimiter)
    return multivalue(list(whole) if cut == "" else whole.split(cut)) if whole else ""


def at(values: Value, start: Value, end: Value = ...) -> Value:
    """`mvindex`: from 0, negative from the end, both ends included; null outside."""
    listed, first = items(values), number(start)
    last = first if end is ... else number(end)
    if first is None or last is None:
        return None
    begin = int(first) + (len(listed) if first < 0 else 0)
    stop = int(last) + (len(listed) if last < 0 else 0)
    if not 0 <= begin < len(listed) or (end is ... and begin != stop):
        return None
    return multivalue(listed[begin : stop + 1])


def find(values: Value, pattern: Value) -> Value:
    """`mvfind`: the position of the first value in which the expression is found."""
    if pattern is None:
        return None
    found = (place for place, one in enumerate(items(values)) if re.search(spelled(pattern), one))
    return next(found, None)


def pairs(left: Value, right: Value, delimiter: Value = ",") -> Value:
    """`mvzip`: as many pairs as the shorter list has."""
    if left is None or right is None or delimiter is None:
        return None
    return multivalue(f"{a}{spelled(delimiter)}{b}" for a, b in zip(items(left), items(right), strict=False))


def numbers_from(start: Value, end: Value, step: Value = 1) -> Value:
    """`mvrange`: the end is left out."""
    first, last, by = number(start), number(end), number(step)
    if first is None or last is None or by is None or by == 0:
        return None
    made, place = [], 0
    while len(made) < 10_000 and (first + place * by < last if by > 0 else first + place * by > last):
        made.append(spelled(first + place * by))
        place += 1
    return multivalue(made)


def subject(condition: ast.Expr) -> str | None:
    """The one field that the condition of `mvfilter` names."""
    if isinstance(condition, ast.Field):
        return condition.name
    parts = [getattr(condition, slot) for slot in condition.__dataclass_fields__]
    for part in parts:
        for one in part if isinstance(part, tuple) else (part,):
            name = subject(one) if hasattr(one, "__dataclass_fields__") else None
            if name is not None:
                return name
    return None


def kept(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`mvfilter`: the values for which the condition is true."""
    name = subject(arguments[0]) or ""
    return multivalue(
        one for one in items(row.get(name)) if truth(evaluate(arguments[0], {**row, name: one}))
    )


def mapped(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`mvmap`: the expression over each value; what is null falls out."""
    field, expression = arguments
    name = field.name if isinstance(field, ast.Field) else ""
    made = (evaluate(expression, {**row, name: one}) for one in items(row.get(name)))
    return multivalue(spelled(one) for one in made if one is not None)


LAZY: dict[str, Lazy] = {"mvfilter": kept, "mvmap": mapped}
PLAIN: dict[str, Plain] = {
    "split": split,
    "mvjoin": lambda values, by: None if values is None or by is None else spelled(by).join(items(values)),
    "mvindex": at,
    "mvcount": lambda values: len(items(values)) or None,
    "mvappend": lambda *values: multivalue(one for value in values for one in items(value)),
    "mvdedup": lambda values: multivalue(dict.fromkeys(items(values))),
    "mvsort": lambda values: multivalue(sorted(items(values))),
    "mvzip": pairs,
    "mvfind": find,
    "mvrange": numbers_from,
}
