"""`date_hour` and kin: what the wall clock said when an event happened, for the queries that name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lynxalert.lang.ast import Query
from lynxalert.lang.walk import nodes
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope

# Splunk's default datetime fields.
NUMBERS = {
    "date_hour": "hour",
    "date_mday": "day",
    "date_minute": "minute",
    "date_second": "second",
    "date_year": "year",
    "date_zone": "offset",
}
WORDS = {"date_month": "%B", "date_wday": "%A"}
NAMES = frozenset((*NUMBERS, *WORDS))


def with_dates(relation: Relation, query: Query, scope: Scope) -> Relation:
    """Raw events with those of these fields that *query* names; they are not shown, and an event's own comes first."""
    if "date_" not in query.source and "`" not in query.source:
        return relation
    schema = relation.schema
    columns = []
    for name in sorted(NAMES.intersection(_named(query))):
        value, own = _value(name, relation, scope), schema.find(name)
        if own is not None:
            value = scope.call("coalesce", ColumnRef(own), value)
        column = scope.column(name, value.type)
        columns.append((column, value))
        schema = replace(schema, hidden=(*schema.hidden, column)) if own is None else schema.put(column)
    return Extend(relation, tuple(columns), schema) if columns else relation


def _named(query: Query) -> Iterator[str]:
    """Every text in *query* that may be the name of a field."""
    for node in nodes(query):
        for place in ("name", "text", "field"):
            found = getattr(node, place, None)
            if isinstance(found, str):
                yield found


def _value(name: str, relation: Relation, scope: Scope) -> Scalar:
    time = relation.schema.find("_time")
    assert time is not None
    function, said = ("date:name", WORDS[name]) if name in WORDS else ("date:piece", NUMBERS[name])
    return scope.call(function, ColumnRef(time), constant(said), constant(scope.timezone))
