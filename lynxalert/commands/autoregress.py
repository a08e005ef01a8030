"""`autoregress`: earlier values of a field beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Name, Option, Renaming, Stage
from lynxalert.plan.command import BadOption, command, one, option
from lynxalert.plan.neighbours import extended, known, over_rows
from lynxalert.plan.relation import Frame, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.scope import Scope

MOST = 100  # columns


def distances(text: str) -> tuple[int, int]:
    """`3`, or `1-5`: how many rows back, from and to."""
    read = re.fullmatch(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?", text)
    if read is None:
        raise BadOption("a number of rows such as 1, or a range such as 1-5")
    first = int(read[1])
    last = int(read[2] or first)
    if not 1 <= first <= last:
        raise BadOption("rows back from 1 up, the lesser number first")
    if last - first >= MOST:
        raise BadOption(f"at most {MOST} rows")
    return first, last


@command
@dataclass(frozen=True, slots=True)
class Autoregress:
    """Put the value a field had `p` rows before (1) in current order beside it, as `field_p1` or `as` another.

    `p=1-3` makes a column for each of these distances: `field_p1`, `field_p2`, `field_p3`.
    """

    name: Name | None = one(Name)
    renaming: Renaming | None = one(Renaming)
    p: tuple[int, int] = option((1, 1), distances)
    stage: Stage | None = None
    EXAMPLES = (("| timechart count | autoregress count p=1-2", "the two buckets before beside each"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A window of one row for each distance."""
        source = self.renaming.source if self.renaming else self.name
        assert source is not None
        first, last = self.p
        if self.renaming and first != last:
            message = "`as` names one column, and a range of `p` makes several"
            scope.report(Code.WRONG_VALUE, message, self._place(), "leave `as` out")
            return relation
        column = known(relation, source, scope)
        if column is None:
            return relation
        values: dict[str, Scalar] = {}
        for distance in range(first, last + 1):
            relation, before = over_rows(
                relation, "first", ColumnRef(column), Frame(distance, distance), scope
            )
            target = self.renaming.target.text if self.renaming else f"{source.text}_p{distance}"
            values[target] = ColumnRef(before)
        return extended(relation, values, scope)

    def _place(self) -> Span:
        assert self.stage is not None
        return next(c.value_span for c in self.stage.clauses if isinstance(c, Option))
