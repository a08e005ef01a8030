"""`anomalydetection`: rows that are improbable among the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.commands.cluster import share
from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Stage
from lynxalert.plan.anomalies import Judged, by_distance, by_frequency, threshold
from lynxalert.plan.beside import Computed, Row, beside, only
from lynxalert.plan.command import choice, command, many, option
from lynxalert.plan.quartiles import drawn_in, multiple
from lynxalert.plan.relation import Apply, Project, Relation
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope

ODD = "\0odd"  # no field is called so
ACTIONS = {
    "histogram": ("filter", "annotate", "summary"),
    "zscore": ("filter", "annotate", "summary"),
    "iqr": ("transform", "tf", "remove", "rm"),
}


@command
@dataclass(frozen=True, slots=True)
class Anomalydetection:
    """Keep the rows that are improbable (`action=filter`), mark them (`annotate`), or say how many there are (`summary`).

    `method=histogram`: a row is as probable as its values are frequent, numbers by bins, fields taken as independent;
    improbable is below `pthresh`, or by default 1.5 distances of the quartiles of all rows below the first.
    `method=zscore`: when any number is less probable than `pthresh` (0.01) at its distance from the mean, or any
    text that rare. `method=iqr` is `outlier`. Of all fields that do not begin with `_`, or of those named.
    """

    names: tuple[Name, ...] = many(Name)
    method: str = option("histogram", choice(*ACTIONS))
    action: str = option("")
    pthresh: float = option(0.0, share)
    param: float = option(2.5, multiple)
    uselower: bool = option(default=False)
    mark: bool = option(default=False)
    stage: Stage | None = None
    EXAMPLES = (("| stats count, dc(host) as hosts by user | anomalydetection", "users unlike the others"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Judged when the rows are known; `iqr` in SQL."""
        allowed = ACTIONS[self.method]
        action = self.action.lower() or allowed[0]
        if action not in allowed:
            assert self.stage is not None
            written = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "action")
            message = f"`action` of `method={self.method}` wants one of {', '.join(allowed)}"
            scope.report(Code.WRONG_VALUE, message, written.value_span)
            return relation
        if self.method == "iqr":
            remove = action in ("remove", "rm")
            return drawn_in(
                relation,
                self.names,
                scope,
                param=self.param,
                below=self.uselower,
                remove=remove,
                mark=self.mark,
            )
        columns = self._columns(relation, scope)
        return self._found(relation, columns, action, scope) if columns else relation

    def _found(self, relation: Relation, columns: list[Column], action: str, scope: Scope) -> Relation:
        def compute(rows: Sequence[Row]) -> Computed:
            judged, odd, _ = self._judged(rows, columns)
            return {ODD: odd} if action == "filter" else annotated(judged, odd)

        if action == "summary":
            shown = Schema(tuple(columns))
            rows = Project(relation, shown)
            return Apply(
                rows,
                "anomalydetection",
                lambda table: self._summary(rows_of(table, shown), columns, scope),
            )
        if action == "annotate":
            return beside(relation, "anomalydetection", columns, scope, compute)
        return beside(
            relation, "anomalydetection", columns, scope, compute, then=lambda found: only(found, ODD)
        )

    def _columns(self, relation: Relation, scope: Scope) -> list[Column]:
        schema = relation.schema
        if not self.names:
            return [column for column in schema.columns if not column.name.startswith("_")]
        found = [scope.subject(name.text, schema, name.span) for name in self.names]
        return [column for column in found if column is not None]

    def _judged(
        self, rows: Sequence[Row], columns: Sequence[Column]
    ) -> tuple[list[Judged], list[bool], float]:
        values = {column.name: [row[column.name] for row in rows] for column in columns}
        if self.method == "zscore":
            judged = by_distance(values)
            bound = self.pthresh or 0.01
            return judged, [row.probability < bound for row in judged], bound
        judged = by_frequency(values)
        logs = [row.log for row in judged]
        bound = math.log(self.pthresh) if self.pthresh else threshold(logs) if logs else 0.0
        return judged, [log < bound for log in logs], bound

    def _summary(self, rows: Sequence[Row], columns: Sequence[Column], scope: Scope) -> Relation:
        judged, odd, bound = self._judged(rows, columns)
        logs = [row.log for row in judged]
        said: dict[str, Any] = {
            "num_events": len(rows),
            "num_anomalies": sum(odd),
            "thresh": bound,
            "max_logprob": max(logs, default=None),
            "min_logprob": min(logs, default=None),
        }
        return table_of([said], scope)


def annotated(judged: Sequence[Judged], odd: Sequence[bool]) -> Computed:
    """What is said of the improbable rows, and only of them."""
    marked = [row if is_odd else None for row, is_odd in zip(judged, odd, strict=True)]
    return {
        "log_event_prob": [row and row.log for row in marked],
        "probable_cause": [row and row.cause for row in marked],
        "probable_cause_freq": [row and row.probability for row in marked],
        "max_freq": [row and row.commonest for row in marked],
    }
