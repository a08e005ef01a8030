"""Alternatives such as `(a="1" b="2") OR (a="3" b="4") OR …` → one test per set of fields, however many they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lynxalert.lang import Code
from lynxalert.lang.ast import AllOf, Comparison, Term
from lynxalert.plan.numbers import canonical_number, read_number
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

FEWEST = 8  # combinations worth a test of their own
CERTAIN = 200  # above, a field of mixed kinds is taken not to hold arrays
MOST = 1_000  # alternatives of several terms that the engine can plan in reasonable time
NOT_PLAIN = re.compile(r"[*\x1f]|/\d{1,3}$")  # wildcards, what stands between values, perhaps a network
BOUNDS = ("earliest", "latest", "_index_earliest", "_index_latest")  # set the time range, filter nothing


def folded(terms: Sequence[Term], schema: Schema, scope: Scope) -> tuple[list[Scalar], list[Term]]:
    """The tests that stand for some of *terms*, and the terms left."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    members: dict[tuple[str, ...], list[Term]] = {}
    rest: list[Term] = []
    for term in terms:
        combination = _combination(term)
        if combination is None:
            rest.append(term)
        else:
            groups.setdefault(tuple(sorted(combination)), []).append(combination)
            members.setdefault(tuple(sorted(combination)), []).append(term)
    tests = []
    for fields, combinations in groups.items():
        columns = _columns(fields, len(combinations), schema)
        if columns is None:
            rest += members[fields]
        else:
            tests.append(_test(columns, combinations, scope))
    _refuse_too_many(rest, scope)
    return tests, rest


def _combination(term: Term) -> dict[str, str] | None:
    """Fields and the values they must have, when *term* says just that."""
    if not isinstance(term, AllOf):
        return None
    found: dict[str, str] = {}
    for one in term.terms:
        if not isinstance(one, Comparison) or one.operator != "=" or one.value.case:
            return None
        if one.field in found or one.field.lower() in BOUNDS or NOT_PLAIN.search(one.value.text):
            return None
        found[one.field] = one.value.text
    return found


def _columns(fields: Sequence[str], count: int, schema: Schema) -> list[Column] | None:
    """The columns of *fields*, when each has one value per row; else nothing."""
    columns = [column for field in fields if (column := schema.find(field)) is not None]
    if count < FEWEST or len(columns) < len(fields):
        return None
    single = (
        column.type is not Type.LIST
        and (column.type is not Type.ANY or ("{}" not in column.name and count > CERTAIN))
        for column in columns
    )
    return columns if all(single) else None


def _test(columns: Sequence[Column], combinations: Sequence[dict[str, str]], scope: Scope) -> Scalar:
    values: list[Scalar] = []
    for combination in combinations:
        texts = [text for one in columns if (text := _text(one, combination[one.name])) is not None]
        if len(texts) == len(columns):
            values += map(constant, texts)
    if not values:
        return constant(value=False)
    return scope.call("search:rows", constant(len(columns)), *map(ColumnRef, columns), *values)


def _text(column: Column, text: str) -> str | None:
    """*text* as the column would spell it; nothing where it cannot."""
    if not column.type.is_number:
        return text
    number = read_number(text)
    return None if number is None else canonical_number(number)


def _refuse_too_many(terms: Sequence[Term], scope: Scope) -> None:
    several = [term for term in terms if isinstance(term, AllOf)]
    if len(several) > MOST:
        message = (
            f"these are {len(several):,} alternatives of several terms each; at most {MOST:,} are offered"
        )
        span = several[0].span | several[-1].span
        scope.report(Code.TOO_LARGE, message, span, "compare one field, or `lookup` what you look for")
