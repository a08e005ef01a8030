"""OTLP's JSON: text → records. Ids are hex (not base64), enums numbers, whole numbers texts or numbers, keys lowerCamelCase.

Source: OpenTelemetry Protocol specification, "JSON Protobuf Encoding".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lynxalert.events import Reject
from lynxalert.ingest.bodies import next_value, text_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.otlp_record import Record, Scope
from lynxalert.ingest.written import text_of_value

SHOWN = 10_000  # characters kept of a reject
DEEPEST = 60  # about what protobuf allows
MOST = 2**64
HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Misfit(Exception):
    """A value of another kind than its place asks for."""


def records(body: bytes) -> Iterator[Record | Reject]:
    """The records of an ExportLogsServiceRequest in JSON; a bad one is rejected alone.

    Raises:
        IngestError: *body* is no JSON object, or what stands around the records is broken.
    """
    text = text_of(body).text
    found = next_value(text, 0)
    if found is None or not isinstance(found[0], Mapping) or text[found[2] :].strip():
        raise IngestError(IngestCode.INVALID_JSON, "the body must be one JSON object")
    number = 0
    try:
        for of_resource in _list(found[0], "resourceLogs"):
            resource = _attributes(_object(of_resource, "resource"))
            for of_scope in _list(of_resource, "scopeLogs"):
                scope = _object(of_scope, "scope")
                shared = Scope(resource, _text(scope, "name"), _text(scope, "version"), _attributes(scope))
                for record in _list(of_scope, "logRecords"):
                    number += 1
                    yield _tried(record, shared, number)
    except Misfit as error:
        raise IngestError(IngestCode.INVALID_JSON, str(error)) from None


def _tried(record: Mapping[str, Any], shared: Scope, number: int) -> Record | Reject:
    try:
        return _record(record, shared)
    except Misfit as error:
        return Reject(number, str(error), text_of_value(record)[:SHOWN], source="otlp")


def _record(record: Mapping[str, Any], shared: Scope) -> Record:
    return Record(
        shared,
        _whole(record, "timeUnixNano"),
        _whole(record, "observedTimeUnixNano"),
        _whole(record, "severityNumber"),
        _text(record, "severityText"),
        _value(record.get("body")),
        _attributes(record),
        _hex(record, "traceId"),
        _hex(record, "spanId"),
        _whole(record, "flags"),
        _text(record, "eventName"),
    )


def _object(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Misfit(f"`{key}` must be an object")
    return value


def _list(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = table.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise Misfit(f"`{key}` must be a list of objects")
    return value


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Misfit(f"`{key}` must be a text")
    return value


def _hex(table: Mapping[str, Any], key: str) -> str:
    value = _text(table, key)
    if HEX.fullmatch(value) is None:
        raise Misfit(f"`{key}` must be hexadecimal")
    return value.lower()


def _whole(table: Mapping[str, Any], key: str) -> int:
    value = table.get(key)
    if value is None or value == "":
        return 0
    number = _integer(value)
    if number is None or not 0 <= number < MOST:
        raise Misfit(f"`{key}` must be a whole number")
    return number


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d{1,20}", value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if type(value) is int else None


def _attributes(table: Mapping[str, Any]) -> dict[str, Any]:
    return _pairs(_list(table, "attributes"), 0)


def _pairs(pairs: list[Mapping[str, Any]], depth: int) -> dict[str, Any]:
    return {_text(pair, "key"): _value(pair.get("value"), depth) for pair in pairs}


def _value(value: Any, depth: int = 0) -> Any:
    """An AnyValue, which has exactly one of seven keys, or none."""
    if depth > DEEPEST:
        raise Misfit(f"nested more than {DEEPEST} levels deep")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Misfit('a value must be an object such as {"stringValue": …}')
    for kind, held in value.items():
        match kind:
            case "stringValue" | "bytesValue" if isinstance(held, str):
                return held
            case "boolValue" if isinstance(held, bool):
                return held
            case "intValue" if (number := _integer(held)) is not None:
                return number
            case "doubleValue" if (double := _double(held)) is not None:
                return double
            case "arrayValue" if isinstance(held, Mapping):
                return [_value(each, depth + 1) for each in _list(held, "values")]
            case "kvlistValue" if isinstance(held, Mapping):
                return _pairs(_list(held, "values"), depth + 1)
            case _ if kind.endswith("Value"):
                raise Misfit(f"`{kind}` does not hold what it says")
    return None


def _double(value: Any) -> float | None:
    if isinstance(value, str):
        return NOT_FINITE.get(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
