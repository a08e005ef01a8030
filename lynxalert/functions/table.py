"""How an entry of the catalogue is written: parameters in one letter, SQL as a callable over nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lynxalert.functions.nodes import Node, call
from lynxalert.plan.function import AggregateFunction, Complaint, Example, Function, Parameter, Returns, Takes
from lynxalert.registry import Registry

FUNCTIONS: Registry[Function] = Registry("function")
AGGREGATES: Registry[AggregateFunction] = Registry("aggregation")

KINDS = {"t": Takes.TEXT, "n": Takes.NUMBER, "b": Takes.BOOLEAN, "l": Takes.LIST, "v": Takes.VALUE}


def takes(signature: str) -> tuple[Parameter, ...]:
    """Parameters from words such as `t n? v* t!`: kind, then `?` optional, `*` the rest, `+` one or more, `!` literal."""
    parameters: list[Parameter] = []
    for word in signature.split():
        kind, marks = KINDS[word[0]], word[1:]
        many = "*" in marks or "+" in marks
        optional = "?" in marks or "*" in marks
        parameters.append(Parameter(kind, optional=optional, many=many, constant="!" in marks))
    return tuple(parameters)


def function(
    name: str,
    signature: str,
    returns: Returns,
    sql: Callable[..., Node] | str,
    doc: str,
    example: tuple[str, Any] | None = None,
    check: Callable[[tuple[Any, ...]], Complaint | None] | None = None,
    *,
    pattern: int | None = None,
    zoned: bool = False,
) -> None:
    """Enter one function of one row; *sql* may be the name of DuckDB's own."""
    entry = Function(
        name=name,
        takes=takes(signature),
        returns=returns,
        sql=simple(sql) if isinstance(sql, str) else sql,
        doc=doc,
        example=Example(*example) if example else None,
        check=check,
        pattern=pattern,
        zoned=zoned,
    )
    FUNCTIONS.add(name, entry, documentation=doc)


def simple(name: str) -> Callable[..., Node]:
    """DuckDB's function of this name over the converted arguments."""

    def sql(*arguments: Node) -> Node:
        return call(name, *arguments)

    return sql
