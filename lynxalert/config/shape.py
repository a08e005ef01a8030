"""A mapping and a pydantic class → the class filled, or every mistake in the words of the house.

The one place that knows pydantic's error types. It judges shape only: what settings mean together is judged
by who knows the meaning.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from lynxalert.config import units
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.lang import Code
from lynxalert.registry import suggest

M = TypeVar("M", bound="Section")

_WORDS = {
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "mapping_type": "must be an object",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
}


class Section(BaseModel):
    """A table of settings: frozen, unknown keys refused, nothing converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _length(value: object) -> dt.timedelta:
    if not isinstance(value, str):
        raise units.UnitError("must be a duration such as 30s, 5m, 1h or 2d")
    return units.duration(value)


def _positive(value: object) -> dt.timedelta:
    length = _length(value)
    if length < dt.timedelta(seconds=1):
        raise units.UnitError("must be at least 1s")
    return length


def _as_written(value: object) -> str:
    _positive(value)
    return str(value)


def _bytes(value: object) -> int:
    if not isinstance(value, str):
        raise units.UnitError("must be a size such as 512KB, 100MB or 2GB")
    return units.size(value)


_DURATION = WithJsonSchema({"type": "string", "pattern": r"^(\d+[smhdw])+$", "examples": ["30s", "5m"]})
Duration = Annotated[dt.timedelta, BeforeValidator(_positive), _DURATION]
Wait = Annotated[dt.timedelta, BeforeValidator(_length), _DURATION]  # may be `0s`
DurationText = Annotated[str, BeforeValidator(_as_written), _DURATION]  # a duration whose words are kept
Size = Annotated[int, BeforeValidator(_bytes), WithJsonSchema({"type": "string", "examples": ["512MB"]})]
Said = Annotated[str, Field(max_length=1_000)]  # why, in somebody's words; it is shown in messages and lists
Texts = Annotated[tuple[str, ...], Field(strict=False)]


def read(model: type[M], raw: Mapping[str, Any], prefix: Path = ()) -> tuple[M | None, list[Mistake]]:
    """*raw* as a *model*, or None with every mistake; their paths begin with *prefix*."""
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        found = [_mistake(model, each).under(*prefix) for each in error.errors(include_url=False)]
        return None, list(dict.fromkeys(found))


def read_rest(model: type[M], raw: Mapping[str, Any]) -> tuple[M, list[Mistake], frozenset[str]]:
    """What of *raw* is well-formed as a *model* whose settings all have defaults, the mistakes, and their keys.

    So that one wrong setting does not hide what is wrong with the others.
    """
    value, mistakes = read(model, raw)
    bad = frozenset(str(mistake.path[0]) for mistake in mistakes)
    if value is None:
        # An unknown key is left out alone, any other mistake costs the whole setting it stands in.
        rest: Any = raw
        for mistake in mistakes:
            rest = _without(rest, mistake.path if mistake.code is Code.UNKNOWN_KEY else mistake.path[:1])
        value, _ = read(model, rest)
    if value is None:
        value = model.model_validate({key: each for key, each in raw.items() if key not in bad})
    return value, mistakes, bad


def _without(table: Any, path: Path) -> Any:
    """*table* without what stands at *path*."""
    first, *rest = path
    if isinstance(table, list):
        return [_without(each, tuple(rest)) if place == first else each for place, each in enumerate(table)]
    if not isinstance(table, Mapping):
        return table
    return {
        key: _without(each, tuple(rest)) if key == first else each
        for key, each in table.items()
        if rest or key != first
    }


def _mistake(model: type[BaseModel], error: Mapping[str, Any]) -> Mistake:
    path: Path = tuple(error["loc"])
    kind = error["type"]
    if kind == "missing":
        return Mistake(path, "is required", Code.MISSING_KEY)
    if kind == "extra_forbidden":
        names = _names(model, path[:-1])
        near = suggest(str(path[-1]), names)
        hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(names)}"
        return Mistake(path, "is not a known setting", Code.UNKNOWN_KEY, hint)
    return Mistake(path, _message(kind, error))


def _message(kind: str, error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if kind in _WORDS:
        return _WORDS[kind]
    match kind:
        case "literal_error":
            expected = str(context["expected"]).replace(" or ", ", ").replace("'", "")
            return f"must be one of {expected}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "string_too_long":
            return f"must have at most {context['max_length']:,} characters"
        case "value_error":
            return str(context["error"])
    return f"is refused: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _names(model: type[BaseModel], path: Path) -> list[str]:
    """The settings known in the table at *path*."""
    for part in path:
        field = {each.alias or name: each for name, each in model.model_fields.items()}.get(str(part))
        inner = _section(field.annotation) if field else None
        model = inner or model
    return sorted(each.alias or name for name, each in model.model_fields.items())


def _section(annotation: object) -> type[BaseModel] | None:
    """The class inside `X | None`, `dict[str, X]`, `tuple[X, ...]`."""
    inner = typing.get_args(annotation)
    if not inner:
        return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    return next((found for each in inner if (found := _section(each))), None)
