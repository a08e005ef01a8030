"""The fields of channels, conditions and metrics, which are dataclasses → JSON Schema. Each kind of field once."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

from lynxalert.alerts.conditions import Condition
from lynxalert.alerts.conditions.build import OneOf
from lynxalert.notify.channel import Channel, field_types, setting
from lynxalert.notify.fields import ChatId, Secret, Template, Url

TEXT = {"type": "string"}
_CHANNEL: Mapping[object, dict[str, Any]] = {
    str: TEXT,
    Secret: {**TEXT, "description": "A secret: reads show a mask of it."},
    Url: {**TEXT, "description": "An absolute address; its path and query are shown masked."},
    Template: {**TEXT, "description": "A template."},
    ChatId: {"type": ["string", "integer"]},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
}
_PLAIN: Mapping[object, dict[str, Any]] = {
    str: {**TEXT, "minLength": 1},
    float: {"type": "number"},
    int: {"type": "integer", "minimum": 1},
}


def of_channel(cls: type[Channel]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The settings of a type of channel, and the names of those it cannot do without."""
    kinds = field_types(cls)
    found, required = {}, []
    for one in dataclasses.fields(cls):  # type: ignore[arg-type] # every channel is one
        name = setting(one.name)
        found[name] = _setting(kinds[one.name])
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            required.append(name)
        elif isinstance(one.default, str | int | bool):
            found[name] = {**found[name], "default": one.default}
    return found, required


def of_words(cls: type, condition: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The fields of a condition or metric, and those it cannot do without; *condition* refers to any condition."""
    hints = typing.get_type_hints(cls)
    found, required = {}, []
    for one in dataclasses.fields(cls):
        found[one.name] = _word(one.metadata["read"], hints[one.name], condition)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            required.append(one.name)
        elif isinstance(one.default, str | int | float):
            found[one.name] = {**found[one.name], "default": one.default}
    return found, required


def _setting(wanted: Any) -> dict[str, Any]:
    wanted = _present(wanted)
    origin = typing.get_origin(wanted)
    if origin is Literal:
        return {"enum": list(typing.get_args(wanted))}
    if origin is tuple:
        return {"anyOf": [{"type": "array", "items": TEXT}, {**TEXT, "description": "Several with commas."}]}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": TEXT}
    return dict(_CHANNEL[wanted])


def _word(read: Any, wanted: Any, condition: str) -> dict[str, Any]:
    if isinstance(read, OneOf):
        return {"enum": list(read.words)}
    wanted = _present(wanted)
    if wanted is Condition:
        return {"$ref": condition}
    match typing.get_origin(wanted):
        case None:
            return dict(_PLAIN[wanted])
        case mapping if mapping is Mapping:
            texts = [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]
            return {"type": "object", "additionalProperties": {"anyOf": texts}}
    inner, *_ = typing.get_args(wanted)
    properties, required = of_words(inner, condition)
    each = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    by_name = {"type": "object", "additionalProperties": {"type": "number"}}
    return {"anyOf": [{"type": "array", "items": each}, by_name]}


def _present(wanted: Any) -> Any:
    """*wanted* without its None."""
    if typing.get_origin(wanted) in (types.UnionType, typing.Union):
        return next(option for option in typing.get_args(wanted) if option is not types.NoneType)
    return wanted
