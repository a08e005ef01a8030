"""`xmlkv`: fields from `<key>value</key>` in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.discovery import discovered
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope

TAG = r"[A-Za-z_][\w:.-]*"
ELEMENT = r"(?s)<({tag})(?:\s[^<>]*)?>([^<]*)</\s*{end}\s*>"


@command
@dataclass(frozen=True, slots=True)
class Xmlkv:
    """Make a field of every element in `_raw`, or the field given, that holds text only: `<user>ann</user>` is user=ann."""

    field: Name | None = one(Name)
    maxinputs: int = option(0)  # accepted: all rows are read
    stage: Stage | None = None
    EXAMPLES = (("| xmlkv | stats count by EventID", "events by the element `EventID`"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by one field per element, known when their names have been asked for."""
        assert self.stage is not None
        name = self.field.text if self.field else "_raw"
        place = self.field.span if self.field else self.stage.name_span
        source = scope.find(name, relation.schema, place)
        if source is None:
            return relation
        any_tag = constant(ELEMENT.format(tag=TAG, end=TAG))
        keys = scope.call("find:every", ColumnRef(source), any_tag, constant(1))

        def field(tag: str) -> list[tuple[str, Scalar]]:
            pattern = constant(ELEMENT.format(tag=re.escape(tag), end=re.escape(tag)))
            found = scope.call("find:first", ColumnRef(source), pattern, constant(2))
            return [(tag, scope.call("xml:text", found))]

        return discovered(relation, keys, self.stage.span, scope, field)
