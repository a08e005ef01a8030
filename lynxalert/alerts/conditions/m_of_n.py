"""The condition `m_of_n`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts.conditions.build import count, nested, reads
from lynxalert.alerts.conditions.condition import Base, Condition, Memory, Verdict, View, condition
from lynxalert.alerts.model import Alert, Key, Match
from lynxalert.plan import Row, TimeWindow

MOST_SLOTS = 1_000


@condition("m_of_n", m=3, n=5, of={"type": "any_rows"})
@dataclass(frozen=True, slots=True, kw_only=True)
class MOfN(Base):
    """A key hits when the condition *of* hit at *m* of its last *n* judged slots, this one included."""

    m: int = reads(count)
    n: int = reads(count)
    of: Condition = reads(nested)  # noqa: RUF009 - a field description, made once

    def objections(self) -> Sequence[tuple[str, str]]:
        """There are no more than *n* of *n*, all of them are remembered, and *of* must be able to hit *m* times."""
        if self.m > self.n:
            return [("m", f"must not exceed n ({self.n})")]
        if self.n > MOST_SLOTS:
            return [("n", f"must not exceed {MOST_SLOTS}")]
        if self.of.kind == "m_of_n":
            return [("of", "cannot be `m_of_n` again: slots are counted once, over as many as `n` says")]
        if self.of.kind == "no_data":
            return [("of", "cannot be `no_data`, which counts no slots: `no_data_for` says how long")]
        if self.of.kind == "new_value" and self.m > 1:
            return [("m", "must be 1 of `new_value`: a key is new once")]
        return []

    def second_window(self, window: TimeWindow, memory: Memory | None) -> TimeWindow | None:
        """What *of* asks for."""
        return self.of.second_window(window, memory["of"] if memory is not None else None)

    def adjust(self, alert: Alert, key_fields: tuple[str, ...]) -> Alert:
        """What *of* implies."""
        return self.of.adjust(alert, key_fields)

    def judge(self, view: View) -> Verdict:
        """Writes one more slot into the past of each key, and counts."""
        past: dict[Key, dict[str, Any]] = dict(view.memory["keys"]) if view.memory is not None else {}
        inner = self.of.judge(replace(view, memory=view.memory["of"] if view.memory is not None else None))
        hits: dict[Key, Match] = {}
        kept: dict[Key, dict[str, Any]] = {}
        for key in sorted({*past, *inner.inputs.hits}):
            match = inner.inputs.hits.get(key)
            slots = (past.get(key, {"slots": ""})["slots"] + ("1" if match else "0"))[-self.n :]
            if "1" not in slots:
                continue
            kept[key] = {**(_remembered(match) if match else past[key]), "slots": slots}
            if slots.count("1") >= self.m:
                hits[key] = match or _recalled(key, kept[key])
        return Verdict(replace(inner.inputs, hits=hits), {"of": inner.memory, "keys": kept})

    def phrase(self, row: Row | None) -> str:
        """`3 of 5 slots: errors (247) > 100`."""
        return f"{self.m} of {self.n} slots: {self.of.phrase(row) or 'a row'}"


def _remembered(match: Match) -> dict[str, Any]:
    return {"labels": match.labels, "values": match.values, "value": match.value, "tier": match.tier}


def _recalled(key: Key, entry: dict[str, Any]) -> Match:
    return Match(key, entry["labels"], entry["values"], entry["value"], entry["tier"])
