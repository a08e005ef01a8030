"""The definition of an alert → JSON Schema: what its class says, and conditions, metrics and channels spelled out."""

from __future__ import annotations

from typing import Any

from lynxalert.alerts.metrics import metrics
from lynxalert.config.definition import AlertDefinition, FlappingDefinition
from lynxalert.config.schema.alerts import (
    Definitions,
    channel_definitions,
    condition_definitions,
    metric_fields,
)
from lynxalert.config.schema.classes import schemas

NEEDED = ("q", "query", "type")  # one of these says what is judged


def definition(refs: str, *, flat: bool) -> tuple[dict[str, Any], Definitions]:
    """The schema of a definition and all it refers to. *flat*: as in files, where channels may be named."""
    _, known = schemas([AlertDefinition, FlappingDefinition], refs=refs)
    whole = known.pop("AlertDefinition")
    properties = whole["properties"]
    properties["type"] = {"enum": list(metrics()), "description": "A metric instead of a query."}
    properties |= metric_fields(refs)
    properties["when"] = {"$ref": refs.format(model="Condition")}
    never: dict[str, Any] = {"const": False, "description": "Starts and ends are never held."}
    properties["flapping"] = {"anyOf": [{"$ref": refs.format(model="FlappingDefinition")}, never]}
    channel: dict[str, Any] = {"$ref": refs.format(model="Channel")}
    named = {"type": "string", "description": "The name of one of the configuration's channels."}
    properties["channels"] = {"type": "array", "items": {"anyOf": [named, channel]}}
    return whole, {**known, **condition_definitions(refs), **channel_definitions(refs, flat=flat)}
