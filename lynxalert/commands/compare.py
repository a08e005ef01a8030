"""`compare`: the same query over an earlier range of time, beside this one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.lang import Code
from lynxalert.lang.ast import By, Name, Stage, Subsearch
from lynxalert.plan.command import command, one
from lynxalert.plan.comparing import shape_of
from lynxalert.plan.earlier import beside_earlier
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Earlier, Scope
from lynxalert.plan.sinks import writing
from lynxalert.plan.timespec import BadTime, parse_span


@command
@dataclass(frozen=True, slots=True)
class Compare:
    """Run everything before this stage again, over the range of time that lies a length (`1d`, `1w`) earlier.

    Rows meet by the by-fields of the aggregation (or those after `by`), a chart over time by the same time of its
    range. Every other field gets its earlier value as `<field>_before`, one of numbers also the difference as
    `<field>_change`. Rows that only one range has are kept; counts they lack are 0, other values missing.
    """

    length: Name | None = one(Name, required="a length of time, for example `compare 1d`")
    by: By | None = one(By)
    before: Subsearch | None = one(Subsearch)  # the stages before this one, put here by the analysis
    stage: Stage | None = None
    EXAMPLES = (
        (
            "level=error | stats count by service | compare 1d | where count_change > 100",
            "services with many more errors than at the same time yesterday",
        ),
        ("| timechart span=1h count | compare 1w", "today beside the same day of last week"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A join with the same query over the earlier range."""
        assert self.stage is not None
        assert self.length is not None
        if self.before is None:
            message = "`compare` compares a whole query, and stands in a part of one"
            scope.report(Code.REFUSED_COMMAND, message, self.stage.span, "put it behind that part")
            return relation
        try:
            span = parse_span(self.length.text)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self.length.span)
            return relation
        for stage in writing(self.before.query):
            message = f"`{stage.command}` would write twice: once for each range of time"
            scope.report(Code.REFUSED_COMMAND, message, stage.name_span, "put it behind `compare`")
            return relation
        shape = shape_of(self.before.query)
        if shape is None:
            message = "`compare` needs rows of an aggregation"
            help_ = "put `| stats count by …` before it"
            scope.report(Code.WRONG_VALUE, message, self.stage.span, help_)
            return relation
        if self.by is not None:
            shape = replace(shape, keys=tuple(name.text for name in self.by.names))
        if gone := [name for name in shape.keys if relation.schema.find(name) is None]:
            message = f"rows cannot meet by `{gone[0]}`, which is gone here"
            help_ = "say what tells the rows apart: compare 1d by host"
            scope.report(Code.UNKNOWN_FIELD, message, self.stage.span, help_)
            return relation
        earlier = scope.earlier(self.before.query, Earlier(span, self.length.span))

        def lower(results: tuple[Relation, ...]) -> Relation:
            (before,) = results
            return beside_earlier(relation, before, shape, span, scope)

        return scope.combine((earlier,), lower)
