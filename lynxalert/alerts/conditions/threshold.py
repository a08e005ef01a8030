"""The condition `threshold`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts.conditions.build import ConditionError, Problem, fill, number, one_of, reads, text
from lynxalert.alerts.conditions.condition import Base, Verdict, View, condition
from lynxalert.alerts.conditions.rows import COMPARE, SYMBOLS, by_key, match_of, number_of, require, show
from lynxalert.alerts.model import Inputs, Key, Match
from lynxalert.plan import Row


@dataclass(frozen=True, slots=True)
class Tier:
    """A named level of severity and the value from which on it holds."""

    name: str = reads(text)
    value: float = reads(number)


def tiers(value: Any) -> tuple[Tier, ...]:
    """Mildest first: `[{name, value}, …]`, or `{warn = 100, critical = 500}`."""
    if isinstance(value, Mapping):
        return _named(value)
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise ValueError("must be a list of objects with name and value")
    read = []
    for index, each in enumerate(value):
        try:
            read.append(fill(Tier, each))
        except ConditionError as inner:
            raise inner.under(index) from None
    return tuple(read)


def _named(limits: Mapping[str, Any]) -> tuple[Tier, ...]:
    problems, read = [], []
    for name, limit in limits.items():
        try:
            read.append(Tier(name=text(name), value=number(limit)))
        except ValueError as wrong:
            problems.append(Problem((name,), str(wrong)))
    if problems:
        raise ConditionError(*problems)
    return tuple(read)


@condition("threshold", field="errors", op="gt", value=100)
@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Base):
    """A row hits when *field* compares with *value*, or reaches one of the ordered *tiers*.

    With *recover*, an instance only recovers once the value no longer compares with that; in between it stays as
    it is.
    """

    field: str = reads(text)
    op: str = reads(one_of(*COMPARE))
    value: float | None = reads(number, default=None)
    tiers: tuple[Tier, ...] = reads(tiers, default=())
    recover: float | None = reads(number, default=None)

    def objections(self) -> Sequence[tuple[str, str]]:
        """A limit there must be, and limits must be ordered from mild to severe."""
        if self.value is None and not self.tiers:
            return [("value", "is required, or tiers")]
        found = []
        limits = [*([] if self.value is None else [self.value]), *(tier.value for tier in self.tiers)]
        if self.op in ("eq", "ne"):
            if self.tiers:
                found.append(("tiers", f"cannot be ordered by `{self.op}`"))
            if self.recover is not None:
                found.append(("recover", f"has no side with `{self.op}`"))
            return found
        upwards = self.op in ("gt", "gte")
        if limits != sorted(limits, reverse=not upwards):
            found.append(("tiers", "must go from mild to severe"))
        elif len({*limits}) < len(limits):
            found.append(("tiers", "must differ: of two limits at one value the milder is never reached"))
        if len({tier.name for tier in self.tiers}) < len(self.tiers):
            found.append(("tiers", "must have a name each: a change between two of one name is none"))
        if self.recover is not None and (self.recover > limits[0] if upwards else self.recover < limits[0]):
            found.append(("recover", f"must be on the quiet side of {show(limits[0])}"))
        return found

    def judge(self, view: View) -> Verdict:
        """The worst row of each key decides."""
        require(view.result, self.field)
        hits: dict[Key, Match] = {}
        bands: dict[Key, Match] = {}
        for key, rows in by_key(view.result, view.key_fields).items():
            worst = max(rows, key=self._rank)  # the first of equals
            rank = self._rank(worst)
            match = match_of(key, view.key_fields, rows, worst, number_of(worst, self.field))
            if rank > 0:
                hits[key] = replace(match, tier=self._tier(worst))
            elif rank == 0:
                bands[key] = match
        return Verdict(Inputs(hits, bands))

    def phrase(self, row: Row | None) -> str:
        """`errors (247) > 100`, against the highest limit reached, else the lowest."""
        reached = [limit for limit in self._limits() if row is not None and self._passes(row, limit)]
        limit = reached[-1] if reached else self._limits()[0]
        value = show(number_of(row, self.field)) if row is not None else "no row"
        return f"{self.field} ({value}) {SYMBOLS[self.op]} {show(limit)}"

    def _limits(self) -> list[float]:
        return [*([] if self.value is None else [self.value]), *(tier.value for tier in self.tiers)]

    def _passes(self, row: Row, limit: float) -> bool:
        value = number_of(row, self.field)
        return value is not None and COMPARE[self.op](value, limit)

    def _rank(self, row: Row) -> int:
        """How many limits *row* reaches; 0 within the band, −1 recovered."""
        reached = sum(self._passes(row, limit) for limit in self._limits())
        if reached:
            return reached
        return 0 if self.recover is not None and self._passes(row, self.recover) else -1

    def _tier(self, row: Row) -> str | None:
        names = [tier.name for tier in self.tiers if self._passes(row, tier.value)]
        return names[-1] if names else None
