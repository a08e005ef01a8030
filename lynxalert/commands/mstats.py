"""`mstats`: refused, with the way to ask the same of events."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, By, Option, Stage, Terms
from lynxalert.plan.command import command, many, one
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Mstats:
    """Not offered: it reads Splunk's metric indexes. Measurements are events here: `stats` and `timechart` read them."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation)
    terms: Terms | None = one(Terms)
    by: By | None = one(By)
    options: tuple[Option, ...] = many(Option)
    stage: Stage | None = None
    EXAMPLES = (("index=metrics | stats avg(cpu) by host", "the same of events"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Nothing; the mistake is reported."""
        assert self.stage is not None
        help_ = "measurements are events here: `index=… | stats avg(cpu) by host`"
        message = "`mstats` reads metric indexes, and there are none"
        scope.report(Code.REFUSED_COMMAND, message, self.stage.name_span, help_)
        return relation
