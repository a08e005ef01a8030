"""The condition `new_value`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.alerts.conditions.condition import Base, Memory, Verdict, View, condition
from lynxalert.alerts.conditions.rows import by_key, match_of
from lynxalert.alerts.model import Inputs
from lynxalert.plan import Row, TimeWindow

LIMIT = 100_000  # keys remembered; beyond it the longest unseen are forgotten


@condition("new_value")
@dataclass(frozen=True, slots=True)
class NewValue(Base):
    """A row hits when its key is seen for the first time.

    What is known at the start is learnt from everything stored before the first window. A key that comes late is as
    new as any other.
    """

    judges_again = True

    def second_window(self, window: TimeWindow, memory: Memory | None) -> TimeWindow | None:
        """Before the first slot: all that is stored and older than the window."""
        return replace(window, start=None, end=window.start) if memory is None else None

    def judge(self, view: View) -> Verdict:
        """Hits the keys that are not remembered, and remembers them."""
        rows = by_key(view.result, view.key_fields)
        if view.memory is not None:
            known = list(view.memory["known"])
        else:
            known = list(by_key(view.baseline, view.key_fields)) if view.baseline is not None else []
        seen = set(known)
        hits = {
            key: match_of(key, view.key_fields, of_key, of_key[0], None)
            for key, of_key in rows.items()
            if key not in seen
        }
        order = [key for key in known if key not in rows] + sorted(rows)
        return Verdict(Inputs(hits), {"known": order[-LIMIT:]})

    def phrase(self, row: Row | None) -> str:
        """Whether there was a new key."""
        return "a value was seen for the first time" if row is not None else "no value was new"
