"""A configuration file → its JSON Schema, for editors: `lynxalert check --schema`. From the classes that validate it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lynxalert.config.datamodels import Mapped
from lynxalert.config.inhibitions import Rule
from lynxalert.config.schema.classes import references, schemas
from lynxalert.config.schema.definition import NEEDED, definition
from lynxalert.config.sections import SECTIONS
from lynxalert.config.settings import (
    Email,
    Heartbeat,
    Ingest,
    Lookups,
    Outbound,
    Probe,
    Queries,
    Server,
    Store,
)
from lynxalert.config.shape import Section

REFS = "#/$defs/{model}"
_TABLES: Mapping[str, type[Section]] = {
    "email": Email,
    "heartbeat": Heartbeat,
    "ingest": Ingest,
    "lookups": Lookups,
    "outbound": Outbound,
    "probe": Probe,
    "queries": Queries,
    "server": Server,
    "store": Store,
}
_SAYS = {
    "alerts": "Alerts; the key is the stable identity, also in paths of the API.",
    "channels": "Where messages go; alerts name them by key.",
    "datamodels": "Which events answer for a dataset, by model and dataset.",
    "include": "More files with alerts, channels and macros; patterns beside this file.",
    "inhibitions": "Rules by which what fires keeps something else quiet.",
    "macros": "Texts that queries stand for by name: `web_errors`, `share(part, whole)`.",
}
_REVEALED = ("alerts", "channels", "email", "heartbeat", "ingest", "server")  # where secrets may be elsewhere
_REFERENCE = {
    "description": "A secret that stands elsewhere.",
    "type": "object",
    "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}


def file_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a whole file."""
    found, definitions = schemas([*_TABLES.values(), Rule, Mapped], refs=REFS)
    alert, known = definition(REFS)
    alert["anyOf"] = [{"required": [name]} for name in NEEDED]
    definitions = {**definitions, **known, "AlertDefinition": alert}
    *tables, rule, mapped = found
    text, datasets = {"type": "string"}, {"type": "object", "additionalProperties": mapped}
    sections: dict[str, Any] = {
        **dict(zip(_TABLES, tables, strict=True)),
        "alerts": {"type": "object", "additionalProperties": {"$ref": REFS.format(model="AlertDefinition")}},
        "channels": {"type": "object", "additionalProperties": {"$ref": REFS.format(model="Channel")}},
        "datamodels": {"type": "object", "additionalProperties": datasets},
        "include": {"type": "array", "items": text},
        "inhibitions": {"type": "array", "items": rule},
        "macros": {"type": "object", "additionalProperties": text},
    }
    described = {
        name: {**({"description": _SAYS[name]} if name in _SAYS else {}), **sections[name]}
        for name in SECTIONS
    }
    whole = {"properties": described, "$defs": definitions}
    revealed = {name for section in _REVEALED for name in _reached(described[section], definitions)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "LynxAlert configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": _without_null(whole["properties"]),
        "$defs": {
            **{
                name: _revealing(_without_null(each)) if name in revealed else _without_null(each)
                for name, each in sorted(definitions.items())
            },
            "Text": {"anyOf": [{"type": "string"}, _REFERENCE]},
        },
    }


def _reached(value: Any, definitions: Mapping[str, Any]) -> set[str]:
    """Every definition that *value* refers to, however far away."""
    found: set[str] = set()
    fresh = references(value, REFS)
    while fresh:
        found |= fresh
        fresh = {one for name in fresh for one in references(definitions[name], REFS)} - found
    return found


def _without_null(value: Any) -> Any:
    """*value* without null, which TOML has no word for: what is not set is left out."""
    match value:
        case {"anyOf": [*choices], **beside}:
            kept = [_without_null(each) for each in choices if each != {"type": "null"}]
            said = _without_null(beside)
            return {**kept[0], **said} if len(kept) == 1 else {"anyOf": kept, **said}
        case dict():
            return {
                key: _without_null(each) for key, each in value.items() if (key, each) != ("default", None)
            }
        case list():
            return [_without_null(each) for each in value]
    return value


def _revealing(value: Any) -> Any:
    """*value* with a reference allowed wherever a free text is."""
    match value:
        case {"type": "string", **rest} if not {"pattern", "format", "const", "enum"} & set(rest):
            said = {name: each for name, each in rest.items() if name in {"description", "default"}}
            return {**said, "$ref": REFS.format(model="Text")}
        case dict():
            return {
                key: each if key in {"default", "required", "propertyNames"} else _revealing(each)
                for key, each in value.items()
            }
        case list():
            return [_revealing(each) for each in value]
    return value
