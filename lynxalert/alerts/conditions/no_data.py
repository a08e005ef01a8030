"""The condition `no_data`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.alerts.conditions.condition import Base, Verdict, View, condition
from lynxalert.alerts.conditions.rows import by_key
from lynxalert.alerts.keys import labels_of
from lynxalert.alerts.model import ZERO, Alert, Inputs, NoData
from lynxalert.plan import Row

SILENCE = "no data in the window"


@condition("no_data")
@dataclass(frozen=True, slots=True)
class NoDataFor(Base):
    """Fires for every known or declared key that has no row in the window.

    A row is a sign of life, not a hit. The keys are those seen within `forget_after` and those in `expect`; an
    alert without a key watches the query as a whole, and there an event must stand behind the row: `stats count`
    leaves one whatever happens.
    """

    def adjust(self, alert: Alert, key_fields: tuple[str, ...]) -> Alert:
        """Want of rows is what fires, as soon as a whole window has none, unless the alert says otherwise."""
        silence = ZERO if alert.policy.no_data_for is None else alert.policy.no_data_for
        policy = replace(alert.policy, no_data=NoData.FIRING, no_data_for=silence)
        whole: Row = {}
        expect = alert.expect if key_fields else (whole,)
        return replace(alert, policy=policy, expect=expect)

    def judge(self, view: View) -> Verdict:
        """Every key with a row is present; without a key, a row leaves open whether there was an event."""
        if not view.key_fields and view.result.rows:
            return Verdict(Inputs(present=None))
        rows = by_key(view.result, view.key_fields)
        present = {key: labels_of(of_key[0], view.key_fields) for key, of_key in rows.items()}
        return Verdict(Inputs(present=present))

    def phrase(self, row: Row | None) -> str:
        """Whether there was a row."""
        return "events present: no data is what fires" if row is not None else SILENCE
