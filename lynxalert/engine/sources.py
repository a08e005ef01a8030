"""Catalog → Scan: which fields the chosen indexes have, of which type, and the SQL that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from lynxalert.engine.catalog import Catalog, StoredField, StoredStream
from lynxalert.engine.scalars import name_of
from lynxalert.functions.coerce import SQL_TYPE, Typed, as_type, json_list
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    cast,
    coalesce,
    column,
    every,
    identifier,
    null,
    parameter,
    text,
)
from lynxalert.plan import Type, meet
from lynxalert.plan.relation import Scan
from lynxalert.plan.schema import METADATA, Column, Schema, wildcard_match
from lynxalert.plan.scope import Scope

ARRAY = "{}"  # in the name of every field that can hold several values
MOST_APART = 200  # fields; more of them side by side cost seconds to plan, and memory each
PLACE = "\0place"  # the column that says where an event lies, in the place of the fields that nobody names


def chosen(catalog: Catalog, indexes: tuple[str, ...]) -> tuple[StoredStream, ...]:
    """The streams whose index fits one of the patterns."""
    return tuple(
        stream
        for stream in catalog.streams
        if any(wildcard_match(pattern, stream.index) for pattern in indexes)
    )


def scan(
    catalog: Catalog,
    scope: Scope,
    indexes: tuple[str, ...],
    named: Callable[[], Iterable[str]] = tuple,
    *,
    whole: bool = False,
) -> Scan:
    """A scan of *indexes* with every field their streams have, and the type that holds all its values.

    *named* are the names in the query: a stream may have more fields than it names itself. *whole*: fields that are not
    named may be left out where there are many; `wholes` puts them into the rows.
    """
    types = types_of(catalog, indexes, named)
    if whole and len(types) > MOST_APART and PLACE not in types:
        types = {name: types[name] for name in named() if name in types} | {PLACE: Type.TEXT}
    metadata = [scope.column(name, type_) for name, type_ in METADATA.items()]
    fields = [scope.column(name, types[name]) for name in sorted(types) if name not in METADATA]
    return Scan(
        indexes=indexes,
        schema=Schema((*metadata, *fields), open=True),
        sequence=scope.column("_seq", Type.INTEGER),
        text=scope.column("_text", Type.TEXT),
        window=scope.window,
        over=scope.time,
    )


def types_of(
    catalog: Catalog, indexes: tuple[str, ...], named: Callable[[], Iterable[str]] = tuple
) -> dict[str, Type]:
    """The fields that events in *indexes* have, and those *named* that they may have, with the type of all values."""
    types: dict[str, Type] = {}
    for stream in chosen(catalog, indexes):
        for name, field in stream.fields.items():
            types[name] = meet(types.get(name, Type.NULL), stored_type(field))
        for name in named() if stream.crowded else ():
            if name not in stream.fields and "*" not in name and not name.startswith("_"):
                types[name] = meet(types.get(name, Type.NULL), stored_type(unnamed(name)))
    return types


def stored_type(field: StoredField) -> Type:
    """The type a field reads as: ANY as soon as one value is outside its column, LIST if it comes from an array."""
    if field.complete and field.column is not None:
        return field.type
    return Type.LIST if ARRAY in field.name else Type.ANY


def unnamed(name: str) -> StoredField:
    """A field that a crowded stream may have."""
    return StoredField(name, Type.ANY, None, complete=False)


def read_stream(stream: StoredStream, scan_: Scan, wanted: list[Column]) -> exp.Select:
    """SELECT the *wanted* columns of one stream inside the query's time range."""
    raw_names = {scan_.text: "_text"}
    raw = scan_.schema.find("_raw")
    if raw is not None:
        raw_names[raw] = "_raw"
    select = exp.Select(expressions=[_aliased(_read(stream, scan_, one, raw_names), one) for one in wanted])
    table = exp.Table(this=identifier(stream.table), alias=exp.TableAlias(this=identifier("e")))
    select.set("from_", exp.From(this=table))
    if any(one in raw_names for one in wanted):
        raw_table = exp.Table(this=identifier(stream.raw_table), alias=exp.TableAlias(this=identifier("r")))
        same = binary("=", column("_seq", "e"), column("_seq", "r"))
        select.set("joins", [exp.Join(this=raw_table, side="LEFT", on=same)])
    time = column(scan_.over, "e")
    start, end = (cast(parameter(name), "TIMESTAMP") for name in bound_names(scan_.window))
    select.set("where", exp.Where(this=every([binary(">=", time, start), binary("<", time.copy(), end)])))
    return select


def bound_names(window: int) -> tuple[str, str]:
    """What the parameters for the start and the end of a time range are called."""
    return (f"start{window}", f"end{window}") if window else ("start", "end")


def _aliased(node: Node, one: Column) -> Node:
    return exp.Alias(this=node, alias=identifier(name_of(one)))


def _read(stream: StoredStream, scan_: Scan, one: Column, raw_names: dict[Column, str]) -> Node:
    if one in raw_names:
        return column(raw_names[one], "r")
    if one == scan_.sequence:
        return column("_seq", "e")
    if one.name == "index":
        return text(stream.index)
    if one.name in METADATA:
        return column(one.name, "e")
    if one.name == PLACE:
        return call("concat", text(f"{stream.table}:"), column("_seq", "e"))
    return read_field(stream, one)


def read_field(stream: StoredStream, one: Column) -> Node:
    """The field *one* of the events of *stream*, as the type that it has over all streams."""
    field = stream.fields.get(one.name) or (unnamed(one.name) if stream.crowded else None)
    if field is None:
        return cast(null(), SQL_TYPE[one.type])
    if field.column is not None and field.complete:
        return as_type(Typed(_held(field, field.column), field.type), one.type)
    # No null is ever written there. `nullif` would have each field planned against each other: seconds for a thousand.
    overflow = call("json_extract", column("_extra", "e"), text(pointer(one.name)))
    if field.column is not None:
        overflow = coalesce(call("to_json", _held(field, field.column)), overflow)
    return json_list(overflow) if one.type is Type.LIST else as_type(Typed(overflow, Type.ANY), one.type)


def _held(field: StoredField, name: str) -> Node:
    """The value that the column *name* holds of *field*."""
    node = column(name, "e")
    return node if field.written is None else call("strftime", node, text(field.written))


def pointer(name: str) -> str:
    """The JSON pointer (RFC 6901) of a key of the flat overflow object."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def empty_scan(wanted: list[Column]) -> exp.Select:
    """No rows, with the columns *wanted*."""
    columns = [_aliased(cast(null(), SQL_TYPE[one.type]), one) for one in wanted]
    select = exp.Select(expressions=columns or [exp.Literal.number(1)])
    select.set("where", exp.Where(this=exp.false()))
    return select
