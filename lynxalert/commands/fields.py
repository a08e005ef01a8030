"""`fields`: keep or remove columns."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Flag, Name
from lynxalert.plan.command import command, many
from lynxalert.plan.relation import Project, Relation
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope

KEPT = ("_time", "_raw")  # stay unless removed by name


@command
@dataclass(frozen=True, slots=True)
class Fields:
    """Keep only these fields (`_time` and `_raw` stay usable, unseen), or with `-` remove them; `*` is a wildcard."""

    flags: tuple[Flag, ...] = many(Flag)
    names: tuple[Name, ...] = many(Name, required="a field")
    EXAMPLES = (("| fields - bytes user_*", "without the size and everything about the user"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A projection; removing keeps the schema open."""
        schema = relation.schema
        found = {}
        for name in self.names:
            wild = "*" in name.text and not name.quoted
            for column in schema.matching(name.text) if wild else filter(None, (schema.find(name.text),)):
                found[column.name] = column
        if any(flag.word == "-" for flag in self.flags):
            return Project(relation, schema.drop(*found))
        for name in self.names:
            if "*" not in name.text or name.quoted:
                scope.subject(name.text, schema, name.span)
        known = (schema.find(name) for name in KEPT if name not in found)
        return Project(relation, Schema(tuple(found.values()), hidden=tuple(filter(None, known))))
