"""`mvcombine`: one row of several that differ in one field."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.commands.nomv import JOINED
from lynxalert.lang import Code
from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Distinct, Extend, Project, Relation, Window
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Mvcombine:
    """Make one row of those alike in every other field shown; the field becomes the multivalue of all its values.

    `delim` is what `nomv`, right behind it, puts between the values.
    """

    name: Name | None = one(Name, required="a field")
    delim: str = option("")
    EXAMPLES = (
        ('| fields host port | mvcombine delim="," port | nomv port', "the ports of each host, as a,b,c"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The values gathered over rows alike, of which the first is kept."""
        assert self.name is not None
        found = scope.subject(self.name.text, relation.schema, self.name.span)
        if found is None:
            return relation
        if found not in relation.schema.columns:
            scope.report(Code.UNKNOWN_FIELD, f"`{found.name}` is not shown here", self.name.span)
            return relation
        others = [ColumnRef(one) for one in relation.schema.columns if one != found]
        same = scope.column("same", Type.TEXT)
        marked = Extend(
            relation,
            ((same, scope.call("mvcombine:key", constant(""), *others)),),
            relation.schema.put(same),
        )
        values = scope.column(found.name, Type.LIST)
        gathered = AggregateCall(scope.aggregates["mv:gather"], ColumnRef(found), Type.LIST)
        rows: Relation = Window(marked, (same,), ((values, gathered),), relation.schema.put(values))
        shown = rows.schema
        rows = Distinct(rows, (same,))
        if self.delim:
            joined = scope.column(JOINED + found.name, Type.TEXT)
            text = scope.call("mvjoin", ColumnRef(values), constant(self.delim))
            shown = replace(shown, hidden=(*shown.hidden, joined))
            rows = Extend(rows, ((joined, text),), shown)
        return Project(rows, shown)
