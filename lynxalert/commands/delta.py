"""`delta`: the difference to an earlier row."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Renaming, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.neighbours import extended, known, over_rows
from lynxalert.plan.relation import Frame, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Delta:
    """A field less its value `p` rows before (1) in current order, as `delta(field)`; none where either is no number."""

    name: Name | None = one(Name)
    renaming: Renaming | None = one(Renaming)
    p: int = option(1)
    stage: Stage | None = None
    EXAMPLES = (("| sort _time | delta counter as growth", "how much a counter grew between events"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A difference to the value of a frame of one row."""
        assert self.stage is not None
        source = self.renaming.source if self.renaming else self.name
        assert source is not None
        if self.p == 0:
            place = next(c.value_span for c in self.stage.clauses if isinstance(c, Option))
            scope.report(Code.WRONG_VALUE, "`p` counts rows back, from 1 up", place)
            return relation
        column = known(relation, source, scope)
        if column is None:
            return relation
        target = self.renaming.target.text if self.renaming else f"delta({source.text})"
        before_it = Frame(self.p, self.p)
        relation, before = over_rows(
            relation, "sum", scope.call("sign:plus", ColumnRef(column)), before_it, scope
        )
        difference = scope.call("-", ColumnRef(column), ColumnRef(before))
        return extended(relation, {target: difference}, scope)
