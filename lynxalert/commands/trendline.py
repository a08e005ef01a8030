"""`trendline`: moving averages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, Name
from lynxalert.plan.beside import Computed, Row, beside
from lynxalert.plan.command import command, many
from lynxalert.plan.neighbours import known
from lynxalert.plan.numbers import number_of
from lynxalert.plan.relation import Relation
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.smoothing import AVERAGES

SPELLED = re.compile(r"(sma|ema|wma)(\d{1,5})")
LEAST, MOST = 2, 10_000


@dataclass(frozen=True, slots=True)
class Average:
    """One average: its kind, over how many rows, of which column, under which name."""

    kind: str
    period: int
    column: Column
    name: str


@command
@dataclass(frozen=True, slots=True)
class Trendline:
    """Put a moving average of a field into every row: `sma5(x)` simple, `ema5(x)` exponential, `wma5(x)` weighted.

    Rows are taken in current order; rows without a number have none and do not count; the first numbers, fewer
    than the period (2 to 10,000), have none. The exponential one begins with the simple one.
    """

    averages: tuple[Aggregation, ...] = many(Aggregation, required="an average, for example `sma5(count)`")
    EXAMPLES = (
        (
            "| timechart span=5m count | trendline sma12(count) as hourly",
            "the count and its mean over an hour",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Computed when the rows are known."""
        found = [self._average(written, relation, scope) for written in self.averages]
        averages = [average for average in found if average is not None]

        def compute(rows: Sequence[Row]) -> Computed:
            values = {
                average.column.name: [number_of(row[average.column.name]) for row in rows]
                for average in averages
            }
            return {
                average.name: list(AVERAGES[average.kind](values[average.column.name], average.period))
                for average in averages
            }

        needed = list(dict.fromkeys(average.column for average in averages))
        return beside(relation, "trendline", needed, scope, compute) if averages else relation

    def _average(self, written: Aggregation, relation: Relation, scope: Scope) -> Average | None:
        spelled = SPELLED.fullmatch(written.function.lower())
        if spelled is None or not LEAST <= int(spelled[2]) <= MOST or not isinstance(written.argument, Name):
            message = f"`{written.function}` is no average of `trendline`"
            help_ = f"sma, ema or wma with a period from {LEAST} to {MOST:,}, for example sma5(count)"
            scope.report(Code.WRONG_VALUE, message, written.span, help_)
            return None
        column = known(relation, written.argument, scope)
        if column is None:
            return None
        name = written.alias.text if written.alias else f"{written.function}({written.argument.text})"
        return Average(spelled[1], int(spelled[2]), column, name)
