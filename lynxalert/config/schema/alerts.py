"""An alert as people write it → JSON Schema: fields, conditions, metrics and the channels of every type."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from lynxalert.alerts.conditions import conditions
from lynxalert.alerts.metrics import metrics
from lynxalert.config.channels import OWN
from lynxalert.config.channels import ChannelDefinition as AnyChannel
from lynxalert.config.metrics import FIELDS
from lynxalert.config.schema.classes import schemas
from lynxalert.config.schema.fields import of_channel, of_words
from lynxalert.notify.channel import channels

Definitions = dict[str, dict[str, Any]]


def channel_definitions(refs: str, *, flat: bool) -> Definitions:
    """`Channel`, and a definition for each type of it. *flat*: the fields of the type stand beside it, as in files."""
    (whole,), definitions = schemas([AnyChannel], refs=refs)
    own = {**whole, **definitions.get("ChannelDefinition", {})}["properties"]
    found: Definitions = {}
    for kind, cls in channels().items():
        properties, required = of_channel(cls)
        shared = {name: own[name] for name in OWN if name not in {"type", "config"}}
        says = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0]
        config = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
        nested = {"type": {"const": kind}, **shared, "config": config}
        found[f"Channel{_title(kind)}"] = {
            "description": says,
            "type": "object",
            "properties": nested,
            "required": ["type", "config"] if required else ["type"],
            "additionalProperties": False,
        }
        if flat:
            beside = {"type": {"const": kind}, **shared, **properties}
            wanted = ["type", *(name for name in required if name not in _INHERITED.get(kind, ()))]
            found[f"Channel{_title(kind)}Flat"] = {
                "description": says,
                "type": "object",
                "properties": beside,
                "required": wanted,
                "additionalProperties": False,
            }
    names = list(found)
    found["Channel"] = {
        "description": "Where messages go.",
        "oneOf": [{"$ref": refs.format(model=name)} for name in names],
    }
    return found


_INHERITED: Mapping[str, tuple[str, ...]] = {"email": ("from",)}  # may stand in `[email]`


def condition_definitions(refs: str) -> Definitions:
    """`Condition`, and a definition for each type of it."""
    found: Definitions = {}
    for kind, cls in conditions().items():
        properties, required = of_words(cls, refs.format(model="Condition"))
        found[f"Condition{_title(kind)}"] = {
            "description": " ".join(inspect.cleandoc(cls.__doc__ or "").split()),
            "type": "object",
            "properties": {"type": {"const": kind}, **properties},
            "required": ["type", *required],
            "additionalProperties": False,
        }
    each = [{"$ref": refs.format(model=name)} for name in found]
    return {**found, "Condition": {"description": "What makes rows a hit.", "oneOf": each}}


def metric_fields(refs: str) -> dict[str, Any]:
    """Each field of a metric as any of them may have it."""
    by_field: dict[str, list[Any]] = {name: [] for name in FIELDS}
    for cls in metrics().values():
        for name, each in of_words(cls, refs.format(model="Condition"))[0].items():
            plain = {key: value for key, value in each.items() if key != "default"}
            if plain not in by_field[name]:
                by_field[name].append(plain)
    return {name: each[0] if len(each) == 1 else {"anyOf": each} for name, each in by_field.items()}


def _title(kind: str) -> str:
    return kind.title().replace("_", "")
