"""Every reply of a test × the published contract → what differs. The document is read as a client would read it.

Stricter than what is published in one way: an object whose fields are named has no others. Clients are told to expect
more of them; whoever adds one to a reply says so in its shape.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from lynxalert.api.app import contract

VARIABLE = re.compile(r"\{(\w+)\}")
EVERYWHERE = frozenset({404, 405})  # of addresses and methods that nothing is said of


def strict(value: Any) -> Any:
    """*value*, a schema, with no fields but those that are named."""
    match value:
        case {"allOf": _}:
            return value  # each of several holds, and names fields of its own
        case dict():
            found = {key: strict(each) for key, each in value.items()}
            if isinstance(value.get("properties"), dict) and value.get("type") == "object":
                found.setdefault("additionalProperties", False)
            return found
        case list():
            return [strict(each) for each in value]
    return value


@dataclass(frozen=True)
class Template:
    """A path of the document, to be met by those of requests."""

    path: str
    pattern: re.Pattern[str]
    operations: Mapping[str, Any]

    def fits(self, path: str, method: str) -> bool:
        found = self.pattern.fullmatch(path)
        if found is None or method not in self.operations:
            return False
        schemas = {each["name"]: each["schema"] for each in self.operations[method].get("parameters", ())}
        return all(
            re.search(schemas[name]["pattern"], text)
            for name, text in found.groupdict().items()
            if "pattern" in schemas[name]
        )


class Contract:
    """The document, ready to judge replies."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.components = document["components"]
        self._schemas = strict(self.components["schemas"])
        self._validators: dict[str, Any] = {}
        self.seen: set[tuple[str, str, str]] = set()
        paths = document["paths"]
        self.templates = [
            Template(path, re.compile(_pattern(path), re.DOTALL), operations)
            for path, operations in sorted(paths.items(), key=lambda one: _generality(one[0]))
        ]

    def differs(self, method: str, path: str, status: int, media: str, body: bytes) -> str | None:
        """What of a reply is not as promised; None where everything is."""
        found = self._described(path, method.lower())
        if found is None:
            return None if status in EVERYWHERE else f"{status} of nothing that is described"
        template, wanted = found
        replies = template.operations[wanted]["responses"]
        self.seen.add((wanted, template.path, str(status)))
        if str(status) not in replies:
            return f"{status} is not described for {wanted.upper()} {template.path}: {body[:300]!r}"
        reply = replies[str(status)]
        if "$ref" in reply:
            reply = self.components["responses"][reply["$ref"].rpartition("/")[2]]
        return self._body(reply, media, b"" if method == "HEAD" else body, sent=method != "HEAD")

    def _described(self, path: str, method: str) -> tuple[Template, str] | None:
        """The template that a request meets, and the method it is described by; HEAD is a GET unless it is its own."""
        for wanted in (method, "get") if method == "head" else (method,):
            for each in self.templates:
                if each.fits(path, wanted):
                    return each, wanted
        return None

    def _body(self, reply: Mapping[str, Any], media: str, body: bytes, *, sent: bool) -> str | None:
        content = reply.get("content", {})
        if not content or not sent:
            return f"a body where none is described: {body[:300]!r}" if body else None
        kind = media.partition(";")[0].strip()
        if kind not in content:
            return f"{kind} is not one of {', '.join(content)}"
        if not kind.endswith(("/json", "+json")):
            return None
        return self._value(content[kind]["schema"], json.loads(body))

    def _value(self, schema: Mapping[str, Any], value: Any) -> str | None:
        known = json.dumps(schema, sort_keys=True)
        if known not in self._validators:
            whole = {**strict(schema), "components": {"schemas": self._schemas}}
            self._validators[known] = jsonschema_rs.Draft202012Validator(whole)
        errors = [
            f"{'.'.join(map(str, each.instance_path))}: {each.message[:400]}"
            for each in self._validators[known].iter_errors(value)
        ]
        return "; ".join(errors[:5]) or None


def _pattern(path: str) -> str:
    parts = VARIABLE.split(path)
    return "".join(
        f"(?P<{part}>{'.*' if place and parts[place - 1].endswith('_') else '[^/]+'})"
        if place % 2
        else re.escape(part)
        for place, part in enumerate(parts)
    )


def _generality(path: str) -> tuple[int, ...]:
    """Concrete before templated, segment by segment, as the specification asks for."""
    return tuple(1 if "{" in each else 0 for each in path.split("/"))


@functools.cache
def promised() -> Contract:
    """The contract of the interface under test."""
    return Contract(contract())
