"""`rename`: give fields other names."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Renaming
from lynxalert.plan.command import command, many
from lynxalert.plan.instants import assigned_time
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Project, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.schema import Column, Schema, starred
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Rename:
    """Give fields other names; `a.* as *` renames all that fit. A target that exists is replaced."""

    renamings: tuple[Renaming, ...] = many(Renaming, required="`field as name`")
    EXAMPLES = (
        ("| stats count by clientip | rename clientip as client, count as requests", "friendlier names"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A projection with new names."""
        schema = relation.schema
        renames: list[tuple[Column, Column]] = []
        for renaming in self.renamings:
            for old, name in _pairs(renaming, schema, scope):
                new = scope.column(name, old.type)
                renames.append((new, old))
                kept = [
                    new if one == old else one for one in schema.columns if one == old or one.name != name
                ]
                hidden = tuple(one for one in schema.hidden if one != old and one.name != name)
                kept += [new] if old in schema.hidden else []  # under another name it is shown
                schema = Schema(tuple(kept), schema.open, hidden)
        origins = dict(renames)

        def origin(column: Column) -> Column:
            # A field renamed twice in one stage still comes from the same column of the input.
            while column in origins:
                column = origins[column]
            return column

        renamed = Project(
            relation, schema, tuple((new, origin(new)) for new, _ in renames if new in schema.columns)
        )
        time = schema.find("_time")
        if time is None or time not in origins or time.type is Type.TIME:
            return renamed
        return extended(renamed, {"_time": assigned_time("_time", ColumnRef(time), scope)}, scope)


def _pairs(renaming: Renaming, schema: Schema, scope: Scope) -> list[tuple[Column, str]]:
    source, target = renaming.source, renaming.target
    if "*" not in source.text or schema.find(source.text) is not None:
        column = scope.subject(source.text, schema, source.span)
        return [(column, target.text)] if column is not None else []
    return [
        (column, starred(source.text, target.text, column.name)) for column in schema.matching(source.text)
    ]
