"""Arrow ↔ rows of plain values, for stages that work in Python: what they are given, and what they give back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lynxalert.clock import rfc3339
from lynxalert.plan.numbers import canonical_number
from lynxalert.plan.relation import Extend, Generate, OrderKey, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


def rows_of(table: pa.Table, schema: Schema) -> list[dict[str, Any]]:
    """The rows of *table*, whose columns are those of *schema* in order; what is carried as JSON is read."""
    rows: list[dict[str, Any]] = table.rename_columns(list(schema.names)).to_pylist()
    mixed = [column.name for column in schema.columns if column.type is Type.ANY]
    several = [column.name for column in schema.columns if column.type in (Type.ANY, Type.LIST)]
    for row in rows:
        for name in mixed:
            if row[name] is not None:
                row[name] = json.loads(row[name])
        for name in several:
            row[name] = single(row[name])
    return rows


def single(value: Any) -> Any:
    """A list of one as its value, an empty one as nothing; anything else as it is."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else value or None


def table_of(
    rows: Sequence[Mapping[str, Any]], scope: Scope, types: Mapping[str, Type] | None = None
) -> Relation:
    """*rows* as a relation with a column for every name, in order of first appearance.

    *types* says which columns there are at least, and how they are carried; other columns are of the type that
    holds all their values.
    """
    import pyarrow as pa

    names = dict.fromkeys([*(types or {}), *(name for row in rows for name in row)])
    columns, arrays, mixed = [], [], []
    for name in names:
        values = [row.get(name) for row in rows]
        type_ = (types or {}).get(name) or type_of(values)
        # What differs from row to row travels as text and is read as JSON behind.
        columns.append(scope.column(name, Type.TEXT if type_ is Type.ANY else type_))
        mixed += [columns[-1]] if type_ is Type.ANY else []
        arrays.append(array_of(values, type_))
    arrays.append(pa.array(range(len(rows)), pa.int64()))
    position = scope.column("position", Type.INTEGER)
    table = pa.table(arrays, [*(str(place) for place in range(len(columns))), "position"])
    rows_ = Generate(table, Schema(tuple(columns)), position, (OrderKey(position),))
    return typed(rows_, mixed, scope) if mixed else rows_


def typed(relation: Relation, mixed: Sequence[Column], scope: Scope) -> Relation:
    """*relation* with the JSON texts of the columns *mixed* read as the values they spell."""
    schema = relation.schema
    columns = []
    for old in mixed:
        new = scope.column(old.name, Type.ANY)
        columns.append((new, scope.call("json:value", ColumnRef(old))))
        schema = schema.put(new)
    return Extend(relation, tuple(columns), schema)


def type_of(values: Iterable[Any]) -> Type:
    """The type that holds all *values*."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return Type.TEXT
    if kinds <= {str}:
        return Type.TEXT
    if kinds <= {bool}:
        return Type.BOOLEAN
    if list in kinds:
        return Type.LIST
    if kinds <= {dt.datetime}:
        return Type.TIME
    if kinds <= {int} and all(abs(value) < 2**63 for value in values if value is not None):
        return Type.INTEGER
    return Type.FLOAT if kinds <= {int, float} else Type.ANY


def array_of(values: Sequence[Any], type_: Type) -> pa.Array[Any]:
    """*values* as the Arrow array that carries *type_*."""
    import pyarrow as pa

    carried: dict[Type, pa.DataType] = {
        Type.INTEGER: pa.int64(),
        Type.FLOAT: pa.float64(),
        Type.BOOLEAN: pa.bool_(),
        Type.TIME: pa.timestamp("us"),
        Type.LIST: pa.list_(pa.string()),
    }
    form = FORMS.get(type_)
    given = [value if value is None or form is None else form(value) for value in values]
    array: pa.Array[Any] = pa.array(given, carried.get(type_, pa.string()))
    return array


def json_of(value: Any) -> str:
    """A value as JSON; a time as its text."""
    plain = text_of(value) if isinstance(value, dt.datetime) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def list_of(value: Any) -> list[str]:
    """A multivalue as a list of texts; a single value is a list of one."""
    return [text_of(one) for one in (value if isinstance(value, list) else [value])]


def text_of(value: Any) -> str:
    """A value as a person would write it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return canonical_number(value)
        case dt.datetime():
            return rfc3339(value)
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


FORMS: dict[Type, Callable[[Any], Any]] = {Type.ANY: json_of, Type.FLOAT: float, Type.LIST: list_of}
