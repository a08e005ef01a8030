"""The definition of an alert → JSON Schema: what its class says, and conditions, metrics and channels spelled out."""

from __future__ import annotations

from collections.abc import Mapping
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


CLASSES = (AlertDefinition, FlappingDefinition)


def definition(refs: str) -> tuple[dict[str, Any], Definitions]:
    """The schema of a definition as files have it, and all it refers to."""
    _, known = schemas(CLASSES, refs=refs)
    return spelled_out(known.pop("AlertDefinition"), refs), {**known, **words(refs, flat=True)}


def words(refs: str, *, flat: bool) -> Definitions:
    """What a definition that is spelled out refers to beside classes. *flat* as in `channel_definitions`."""
    return {**condition_definitions(refs), **channel_definitions(refs, flat=flat)}


def spelled_out(whole: Mapping[str, Any], refs: str) -> dict[str, Any]:
    """The schema of the class with conditions, metrics and channels instead of `any`."""
    properties = dict(whole["properties"])
    properties["type"] = {"enum": list(metrics()), "description": "A metric instead of a query."}
    properties |= metric_fields(refs)
    properties["when"] = {"$ref": refs.format(model="Condition")}
    never: dict[str, Any] = {"const": False, "description": "Starts and ends are never held."}
    properties["flapping"] = {"anyOf": [{"$ref": refs.format(model="FlappingDefinition")}, never]}
    channel: dict[str, Any] = {"$ref": refs.format(model="Channel")}
    named = {"type": "string", "description": "The name of one of the configuration's channels."}
    properties["channels"] = {"type": "array", "items": {"anyOf": [named, channel]}}
    return {**whole, "properties": properties}
