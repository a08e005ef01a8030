"""Classes that validate → the JSON Schema (2020-12) of what they take, in the words in which people write it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from lynxalert.config.settings import Address
from lynxalert.config.units import duration_text, size_text

_QUALIFIED = re.compile(r"(?:[a-z]\w*?__)*(?P<module>[a-z]\w*?)__(?P<name>[A-Z]\w*)")


class InWords(GenerateJsonSchema):
    """Defaults as they would be written: `30s`, `768MB`, `127.0.0.1:3100`; no titles that repeat a name."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """The schema of a setting with its default, as a word where the setting is one."""
        found = super().default_schema(schema)
        is_word = found.get("type") == "string"
        if is_word and isinstance(found.get("default"), int):
            found["default"] = size_text(found["default"])
        return found

    def encode_default(self, dft: Any) -> Any:
        """*dft* as JSON has it."""
        if isinstance(dft, dt.timedelta):
            return duration_text(dft)
        if isinstance(dft, Address):
            return str(dft)
        return super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's contract
        """Never: the name of the field is its title."""
        return False


def schemas(
    types: Iterable[Any], *, refs: str, mode: JsonSchemaMode = "validation"
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The schema of each of *types*, and the definitions that they refer to; *refs* is the pattern of a reference."""
    adapters = [(str(place), mode, TypeAdapter(each)) for place, each in enumerate(types)]
    found, together = TypeAdapter.json_schemas(adapters, ref_template=refs, schema_generator=InWords)
    short = _short_names(together.get("$defs", {}))
    whole = [_tidy(found[name, mode_], short, refs) for name, mode_, _ in adapters]
    definitions = {short[name]: _tidy(each, short, refs) for name, each in together.get("$defs", {}).items()}
    used = references([whole, definitions], refs)
    return whole, {name: each for name, each in definitions.items() if name in used}


def schema(kind: Any) -> dict[str, Any]:
    """The schema of one type, whole in itself: what it refers to stands under `$defs`."""
    (found,), definitions = schemas([kind], refs="#/$defs/{model}")
    return {**found, **({"$defs": definitions} if definitions else {})}


def references(value: Any, refs: str) -> set[str]:
    """The names that *value* refers to."""
    before, after = refs.split("{model}")
    match value:
        case {"$ref": str(ref)} if ref.startswith(before):
            return {ref.removeprefix(before).removesuffix(after)}
        case dict():
            return set().union(*(references(each, refs) for each in value.values()))
        case list():
            return set().union(*(references(each, refs) for each in value))
    return set()


def _short_names(definitions: Mapping[str, Any]) -> dict[str, str]:
    """Names as people would give them: classes that are called alike get the word of their module in front."""
    found = {}
    for name in definitions:
        match = _QUALIFIED.fullmatch(name)
        found[name] = f"{match['module'].title().replace('_', '')}{match['name']}" if match else name
    return found


def _tidy(value: Any, names: Mapping[str, str], refs: str) -> Any:
    """*value* without titles, its references by the short names, docstrings on one line."""
    match value:
        case {"properties": dict() as properties, **rest}:
            kept = {name: _tidy(each, names, refs) for name, each in properties.items()}
            return {**_tidy(rest, names, refs), "properties": kept}
        case dict():
            found = {
                key: _tidy(each, names, refs)
                for key, each in value.items()
                if not (key == "title" and isinstance(each, str))
            }
            if isinstance(found.get("$ref"), str):
                before, after = refs.split("{model}")
                name = found["$ref"].removeprefix(before).removesuffix(after)
                found["$ref"] = refs.format(model=names.get(name, name))
            if isinstance(found.get("description"), str):
                found["description"] = " ".join(found["description"].split())
            return found
        case list():
            return [_tidy(each, names, refs) for each in value]
    return value
