"""The shapes that operations name → the `components` of the document, each once, and references to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lynxalert.api.contract.operation import AlertBody, Data, Either
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.schema.classes import references, schemas
from lynxalert.config.schema.definition import CLASSES, spelled_out, words

REFS = "#/components/schemas/{model}"


class NameTakenError(Exception):
    """Two shapes have one name, and one of them would go unseen."""


class Components:
    """The schema of every shape; made of all of them at once, so that names are told apart."""

    def __init__(self, shapes: Iterable[Any]) -> None:
        self._kinds: list[Any] = []
        bodies: list[AlertBody] = []
        for each in shapes:
            self._gather(each, bodies)
        if bodies:
            self._kinds += CLASSES
        found, self.definitions = schemas(self._kinds, refs=REFS)
        self._schemas = list(zip(self._kinds, found, strict=True))
        if bodies:
            alert = spelled_out(self._schema_of(AlertDefinition), REFS)
            self._add(words(REFS, flat=False))
            self._add({body.name: self._alert(body, alert) for body in bodies})

    def of(self, shape: Any) -> dict[str, Any]:
        """The schema of *shape*; one of those that the components were made of."""
        match shape:
            case AlertBody():
                return {"$ref": REFS.format(model=shape.name)}
            case Data(value, meta):
                properties = {"data": self.of(value)}
                if meta is not None:
                    properties["meta"] = self.of(meta)
                return {"type": "object", "required": ["data"], "properties": properties}
            case Either(shapes):
                return {"anyOf": [self.of(each) for each in shapes]}
            case tuple():
                return {"allOf": [self.of(each) for each in shape]}
            case dict():
                return shape
        return next(found for kind, found in self._schemas if kind is shape)

    def settings(self, shape: Any) -> tuple[dict[str, Any], frozenset[str]]:
        """The fields of *shape*, an object, each with its schema; and those that must be there."""
        found = self._schema_of(shape)
        return found["properties"], frozenset(found.get("required", ()))

    def _schema_of(self, shape: Any) -> dict[str, Any]:
        """The schema of *shape* itself, where `of` refers to it."""
        found = self.of(shape)
        for name in references(found, REFS) if "$ref" in found else ():
            found = self.definitions[name]
        return found

    def _add(self, more: Mapping[str, dict[str, Any]]) -> None:
        both = sorted(set(more) & set(self.definitions))
        if both:
            raise NameTakenError(f"classes and words of the contract are called alike: {', '.join(both)}")
        self.definitions |= more

    def _gather(self, shape: Any, bodies: list[AlertBody]) -> None:
        match shape:
            case None | dict():
                return
            case AlertBody():
                if shape not in bodies:
                    bodies.append(shape)
                self._gather(shape.beside, bodies)
            case Data(value, meta):
                self._gather(value, bodies)
                self._gather(meta, bodies)
            case tuple() | Either():
                for each in shape.shapes if isinstance(shape, Either) else shape:
                    self._gather(each, bodies)
            case _ if not any(kind is shape for kind in self._kinds):
                self._kinds.append(shape)

    def _alert(self, body: AlertBody, alert: dict[str, Any]) -> dict[str, Any]:
        """*alert* as a body: null is the default of any field, and what only the daemon can say is ignored."""
        fields = {name: {"anyOf": [each, {"type": "null"}]} for name, each in alert["properties"].items()}
        told = {name: {"description": "Told by the daemon; ignored here."} for name in sorted(body.ignored)}
        beside = self.settings(body.beside)[0] if body.beside is not None else {}
        return {
            "description": body.says,
            "type": "object",
            "properties": {**told, **fields, **beside},
            "additionalProperties": False,
        }
