"""`predict`: what a series is expected to become."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Renaming, Stage
from lynxalert.plan.combining import newest_first
from lynxalert.plan.command import BadOption, command, many, whole
from lynxalert.plan.forecast import forecast
from lynxalert.plan.neighbours import known
from lynxalert.plan.numbers import number_of
from lynxalert.plan.relation import Apply, OrderKey, Relation, Sort
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("LL", "LLT", "LLP", "LLP5")
BAND = re.compile(r"(upper|lower)([1-9]\d?)")
COUNTS = ("future_timespan", "holdback", "period")
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options: the model, how far ahead, what is held back, and the bands by name."""

    kind: str = "LLP5"
    future_timespan: int = 5
    holdback: int = 0
    period: int = 0
    bands: tuple[tuple[str, int, str | None], ...] = (("upper", 95, None), ("lower", 95, None))


@command
@dataclass(frozen=True, slots=True)
class Predict:
    """Expect the next `future_timespan` (5) values of numeric fields over time, by exponential smoothing.

    `algorithm` LL follows the level, LLT level and trend, LLP level and season, LLP5 (default) all three; the season
    is `period` rows long, or looked for. Rows get `prediction(field)`, or the name after `as`, with the band that
    holds 95 of 100 values: `upper95(…)`, `lower95(…)`, or `upper90=name lower90=name`. Rows are expected beside what
    came, each one step before; further rows follow. `holdback` leaves the last values out of sight.
    """

    fields: tuple[Name | Renaming, ...] = many((Name, Renaming), required="a field")
    options: tuple[Option, ...] = many(Option)
    stage: Stage | None = None
    EXAMPLES = (
        (
            "| timechart span=1h count | predict count future_timespan=24",
            "the next day, as the last ones were",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Computed when the rows are known."""
        assert self.stage is not None
        wanted = self._wanted(scope)
        targets = []
        for written in self.fields:
            source = written.source if isinstance(written, Renaming) else written
            column = known(relation, source, scope)
            if column is not None:
                name = written.target.text if isinstance(written, Renaming) else f"prediction({source.text})"
                targets.append((column.name, name))
        if wanted is None or not targets:
            return relation
        time = relation.schema.find("_time")
        if time is not None and newest_first(relation):  # what is to come follows the newest
            relation = Sort(relation, (OrderKey(time),))
        schema = relation.schema

        def predicted(table: pa.Table) -> Relation:
            rows = rows_of(table, schema)
            made = extended_rows(rows, targets, wanted)
            return table_of(
                made,
                scope,
                {column.name: column.type for column in schema.columns if column.type is not Type.NULL},
            )

        return Apply(relation, "predict", predicted, MOST)

    def _wanted(self, scope: Scope) -> Wanted | None:
        given: dict[str, Any] = {}
        bands: list[tuple[str, int, str | None]] = []
        for each in self.options:
            name = each.name.lower()
            band = BAND.fullmatch(name)
            if band is None and name not in (*COUNTS, "algorithm"):
                help_ = f"options: algorithm, {', '.join(COUNTS)}, upper95, lower95"
                message = f"`predict` has no option `{each.name}`"
                scope.report(Code.UNKNOWN_OPTION, message, each.span, help_)
                return None
            try:
                if band is not None:
                    bands.append((band[1], int(band[2]), each.value))
                else:
                    given["kind" if name == "algorithm" else name] = READ[name](each.value)
            except BadOption as wrong:
                message = f"`{each.name}` wants {wrong}, not `{each.value}`"
                scope.report(Code.WRONG_VALUE, message, each.value_span)
                return None
        return Wanted(**given, bands=tuple(bands) or Wanted().bands)


def kind_of(text: str) -> str:
    """The name of a model."""
    if text.upper() not in KINDS:
        raise BadOption(f"one of {', '.join(KINDS)}: a series is looked at by itself")
    return text.upper()


def bounded(text: str) -> int:
    """A number of rows."""
    if (read := whole(text)) > MOST:
        raise BadOption(f"at most {MOST:,}")
    return read


READ: dict[str, Callable[[str], Any]] = {"algorithm": kind_of, **dict.fromkeys(COUNTS, bounded)}


def extended_rows(
    rows: Sequence[dict[str, Any]], targets: Sequence[tuple[str, str]], wanted: Wanted
) -> list[dict[str, Any]]:
    """*rows* with what was expected of them, and those that are expected after them."""
    seen = max(0, len(rows) - wanted.holdback)
    ahead = max(wanted.future_timespan, len(rows) - seen)
    found = {
        name: forecast([number_of(row[name]) for row in rows[:seen]], ahead, wanted.kind, wanted.period)
        for name, _ in targets
    }
    made = [dict(row) for row in rows]
    if any(found.values()):
        made += _following(rows, seen + ahead - len(rows))
    for name, target in targets:
        expected = found[name]
        values = [*expected.inside, *expected.ahead] if expected else [None] * len(made)
        for place, (row, value) in enumerate(zip(made, values, strict=True)):
            row[target] = value
            steps = max(1, place - seen + 1)
            spread = expected.error * expected.model.deviation(steps) if expected else 0.0
            for side, share, called in wanted.bands:
                reach = NormalDist().inv_cdf(0.5 + share / 200) * spread
                shown = None if value is None else value + (reach if side == "upper" else -reach)
                row[called or f"{side}{share}({target})"] = shown
    return made


def _following(rows: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Rows for the times to come, as far apart as the last two."""
    times = [time for row in rows[-2:] if isinstance(time := row.get("_time"), dt.datetime)]
    if len(times) < 2:
        return [{} for _ in range(count)]
    step = times[1] - times[0]
    return [{"_time": times[1] + step * number} for number in range(1, count + 1)]
