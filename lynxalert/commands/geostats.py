"""`geostats`: refused, with the way to group places."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, By, Option, Stage
from lynxalert.plan.command import command, many, one
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Geostats:
    """Not offered: it makes the tiles of a map at every zoom level, and nothing draws maps here. `bin` groups places."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation)
    by: By | None = one(By)
    options: tuple[Option, ...] = many(Option)
    stage: Stage | None = None
    EXAMPLES = (
        ("| bin lat span=5 | bin lon span=5 | stats count by lat lon", "the same for one zoom level"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Nothing; the mistake is reported."""
        assert self.stage is not None
        help_ = "group places with `| bin lat span=5 | bin lon span=5 | stats count by lat lon`"
        message = "`geostats` makes tiles of a map, and nothing draws maps here"
        scope.report(Code.REFUSED_COMMAND, message, self.stage.name_span, help_)
        return relation
