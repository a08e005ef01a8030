"""Lookups by name → their rows; their columns among the fields of rows."""

from __future__ import annotations

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Name
from lynxalert.plan.knowledge import BadLookup, Lookup
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.rows import table_of
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type
from lynxalert.registry import suggest


def found_lookup(name: Name, scope: Scope) -> Lookup | None:
    """The lookup called *name*; that there is none is reported."""
    lookups = scope.knowledge.lookups
    if lookups is None:
        message = f"there is no lookup `{name.text}`: no folder of lookups is configured"
        scope.report(Code.UNKNOWN_LOOKUP, message, name.span)
        return None
    try:
        found = lookups.find(name.text)
    except BadLookup as wrong:
        scope.report(Code.UNKNOWN_LOOKUP, str(wrong), name.span)
        return None
    if found is None:
        near = suggest(name.text.removesuffix(".csv"), lookups.names())
        help_ = f"did you mean `{near}`?" if near else None
        scope.report(Code.UNKNOWN_LOOKUP, f"there is no lookup `{name.text}`", name.span, help_)
    return found


def rows_of_lookup(lookup: Lookup, scope: Scope, start: int = 0, most: int = 0) -> Relation:
    """The rows of *lookup* behind the first *start* ones, all or at most so many."""
    rows = lookup.rows[start : start + most if most else None]
    named = [dict(zip(lookup.columns, row, strict=True)) for row in rows]
    return table_of(named, scope, dict.fromkeys(lookup.columns, Type.TEXT))


def lookup_field(name: Name, lookup: Lookup, scope: Scope) -> str | None:
    """The column of *lookup* called *name*; that there is none is reported."""
    if name.text in lookup.columns:
        return name.text
    near = suggest(name.text, lookup.columns)
    help_ = f"did you mean `{near}`?" if near else f"it has {', '.join(lookup.columns)}"
    scope.report(Code.UNKNOWN_FIELD, f"the lookup has no field `{name.text}`", name.span, help_)
    return None


def put(relation: Relation, name: str, column: Column, scope: Scope, *, over: bool) -> Relation:
    """*relation* with *column* under *name*; with *over* instead of what was there, else where there was nothing."""
    schema = relation.schema
    rest = Schema(
        tuple(one for one in schema.columns if one != column), schema.open, (*schema.hidden, column)
    )
    old = rest.find(name)
    value = (
        ColumnRef(column)
        if over or old is None
        else scope.call("coalesce", ColumnRef(old), ColumnRef(column))
    )
    new = scope.column(name, value.type)
    shown = rest.put(new)
    return Extend(
        relation,
        ((new, value),),
        Schema(shown.columns, shown.open, tuple(one for one in shown.hidden if one != column)),
    )


def missing(relation: Relation, name: str, span: Span, scope: Scope) -> tuple[Relation, Column]:
    """*relation* with the field *name*, empty if it does not exist."""
    found = scope.find(name, relation.schema, span)
    if found is not None:
        return relation, found
    empty = scope.column(name, Type.TEXT)
    return Extend(relation, ((empty, scope.null()),), relation.schema), empty
