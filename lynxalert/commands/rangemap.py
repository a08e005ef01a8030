"""`rangemap`: name the range a number lies in."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Option, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope

RANGE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)\s*")
TARGET = "range"


@command
@dataclass(frozen=True, slots=True)
class Rangemap:
    """Put into `range` the name of the range (`name=low-high`, ends included) a number lies in, else a default (None).

    Where ranges overlap, `range` is a multivalue of all their names.
    """

    written: tuple[Option, ...] = many(Option)
    field: str = option("")
    default: str = option("None")
    stage: Stage | None = None
    EXAMPLES = (
        ("| stats count | rangemap field=count low=0-9 high=10-99 default=severe", "how bad a count is"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by `range`."""
        assert self.stage is not None
        place = next((one.value_span for one in self.written if one.name.lower() == "field"), None)
        if place is None:
            scope.report(
                Code.SYNTAX, "`rangemap` needs a field", self.stage.span, "for example `field=count`"
            )
            return relation
        ranges = [one for one in self.written if one.name.lower() not in ("field", "default")]
        found = scope.subject(self.field, relation.schema, place)
        number = scope.call("sign:plus", ColumnRef(found) if found is not None else scope.null())
        spans = [(one.name, *_ends(one, scope)) for one in ranges]
        value: Scalar = constant(self.default)
        cases = [(name, self._inside(number, low, high, scope)) for name, low, high in spans]
        if _overlap([(low, high) for _, low, high in spans]):
            named = (scope.call("if", inside, constant(name), scope.null()) for name, inside in cases)
            any_of = scope.call("OR", *(inside for _, inside in cases))
            default = scope.call("mv:of", value)
            value = scope.call("if", any_of, scope.call("mvappend", *named), default)
        else:
            for name, inside in reversed(cases):
                value = scope.call("if", inside, constant(name), value)
        column = scope.column(TARGET, value.type)
        return Extend(relation, ((column, value),), relation.schema.put(column))

    def _inside(self, number: Scalar, low: float, high: float, scope: Scope) -> Scalar:
        above = scope.call(">=", number, constant(low))
        return scope.call("AND", above, scope.call("<=", number, constant(high)))


def _ends(written: Option, scope: Scope) -> tuple[float, float]:
    found = RANGE.fullmatch(written.value)
    if found is None:
        message = f"`{written.name}` wants a range such as 0-10, not `{written.value}`"
        scope.report(Code.WRONG_VALUE, message, written.value_span)
        return 0.0, 0.0
    low, high = sorted((float(found[1]), float(found[2])))
    return low, high


def _overlap(spans: list[tuple[float, float]]) -> bool:
    ordered = sorted(spans)
    return any(following[0] <= before[1] for before, following in itertools.pairwise(ordered))
