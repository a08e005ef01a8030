"""JSON Schema → the short notation that programmers read: `{ id: string, until: string | null }`. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

DEEPEST = 6  # levels; beyond, the name of the definition stands for it
_WORDS = {"integer": "integer", "number": "number", "boolean": "boolean", "null": "null", "string": "string"}


class Notation:
    """Writes schemas that may refer to *components*."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._schemas = components["schemas"]

    def of(self, schema: Mapping[str, Any], depth: int = 0, above: tuple[str, ...] = ()) -> str:
        """*schema* in the notation; *above* are the definitions that this one stands in."""
        match schema:
            case {"$ref": str(ref)}:
                name = ref.rpartition("/")[2]
                if name in above or depth >= DEEPEST:
                    return name
                return self.of(self._schemas[name], depth, (*above, name))
            case {"const": value}:
                return json.dumps(value)
            case {"enum": values}:
                return " | ".join(map(json.dumps, values))
            case {"anyOf": choices} | {"oneOf": choices}:
                return self._choices(choices, depth, above)
            case {"allOf": [first, *_]}:
                return self.of(first, depth, above)
            case {"properties": properties}:
                return self._object(properties, frozenset(schema.get("required", ())), depth, above)
            case {"type": "array"}:
                inner = self.of(schema.get("items", {}), depth, above)
                return f"({inner})[]" if " | " in inner and "{" not in inner else f"{inner}[]"
            case {"type": "object"}:
                values = schema.get("additionalProperties", True)
                inner = self.of(values, depth, above) if isinstance(values, Mapping) else "any"
                return f"{{ [name]: {inner} }}"
            case {"type": list(kinds)}:
                return " | ".join(kinds)
            case {"type": kind}:
                return _default(_WORDS[kind], schema)
        return "any"

    def _choices(self, choices: list[Mapping[str, Any]], depth: int, above: tuple[str, ...]) -> str:
        """The choices side by side; many of them by name only."""
        if len(choices) > 4:
            names = [each["$ref"].rpartition("/")[2] for each in choices if "$ref" in each]
            return " | ".join(names) or "any"
        return " | ".join(dict.fromkeys(self.of(each, depth, above) for each in choices))

    def _object(
        self, properties: Mapping[str, Any], required: frozenset[str], depth: int, above: tuple[str, ...]
    ) -> str:
        indent = "  " * (depth + 1)
        lines = [
            f"{indent}{name}{'' if name in required else '?'}: {self.of(each, depth + 1, above)}"
            for name, each in properties.items()
        ]
        return "{\n" + "\n".join(lines) + "\n" + "  " * depth + "}" if lines else "{}"


def _default(word: str, schema: Mapping[str, Any]) -> str:
    bounds = [
        f"{sign} {schema[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema
    ]
    said = f" ({', '.join(bounds)})" if bounds else ""
    default = schema.get("default")
    return f"{word}{said}" if default is None else f"{word}{said} = {json.dumps(default)}"
