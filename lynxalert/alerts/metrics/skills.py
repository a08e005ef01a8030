"""`pass_rate_below`, `no_data`: how well skills do, and whether they are used at all.

They read the records of the push interface, sources `selftune/<type>`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lynxalert.alerts.conditions.build import number, reads, text
from lynxalert.alerts.metrics.metric import Lowered, equals, metric, seconds

DAY = dt.timedelta(days=1)
REMEMBERED = 90  # days that a skill without sessions is still spoken of, beyond the threshold


def _within(low: float, high: float, message: str) -> Any:
    def read(value: Any) -> float:
        if not low <= number(value) <= high:
            raise ValueError(message)
        return float(value)

    return read


@metric("pass_rate_below", threshold=0.8)
@dataclass(frozen=True, slots=True, kw_only=True)
class PassRateBelow:
    """A skill's pass rate over the window (a day unless said otherwise) is below *threshold*, 0 to 1.

    The rate is passed over total where gradings count, else the mean of their `pass_rate`. A grading pushed twice
    counts once, as it was last. Without *skill_id* or *skill_name* each skill is judged on its own.
    """

    threshold: float = reads(_within(0, 1, "must be between 0 and 1"), default=0.8)
    skill_id: str | None = reads(text, default=None)
    skill_name: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row per skill, with its `pass_rate`."""
        query = (
            f'source="selftune/grading_results"{_of_skill(self.skill_id, self.skill_name)}'
            " | dedup grading_id keepempty=t"
            " | eval counted=if(isnotnull(passed_count) AND isnotnull(total_count), 1, 0)"
            " | stats sum(eval(if(counted=1, passed_count, null()))) as passed,"
            " sum(eval(if(counted=1, total_count, null()))) as total, avg(pass_rate) as mean by skill_name"
            " | eval pass_rate=coalesce(passed/total, mean)"
        )
        when = {"type": "threshold", "field": "pass_rate", "op": "lt", "value": self.threshold}
        name = f"Pass rate of {_whose(self.skill_id, self.skill_name)} below {self.threshold:g}"
        return Lowered(query, when, window or DAY, name)


@metric("no_data", threshold=7)
@dataclass(frozen=True, slots=True, kw_only=True)
class NoSessions:
    """A skill recorded no session for *threshold* days, 0 to 90; 0 means none within the alert's interval.

    A session counts, from its start, for the skills it invoked, else for the one it was graded for. Without *skill_id*
    or *skill_name* every skill is judged on its own, until its last session is 90 days older than the threshold; a
    skill that is named is judged even if it was never seen.
    """

    threshold: float = reads(_within(0, 90, "must be between 0 and 90 days"), default=7)
    skill_id: str | None = reads(text, default=None)
    skill_name: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:
        """One row per skill, with the `days` since its last session."""
        looked_back = window or (self.threshold + REMEMBERED) * DAY
        least = self.threshold or interval / DAY
        named = self.skill_id is not None or self.skill_name is not None
        never = seconds(looked_back)
        skill = "skill_id" if self.skill_id is not None else "skill_name"
        query = (
            'source IN ("selftune/sessions", "selftune/skill_invocations", "selftune/grading_results")'
            ' | eval started=if(source="selftune/sessions", _time+0, null()),'
            f' invoked=if(source="selftune/skill_invocations", {skill}, null()),'
            f' graded=if(source="selftune/grading_results", {skill}, null())'
            " | stats min(started) as started, min(_time) as seen, values(invoked) as invoked,"
            " values(graded) as graded by session_id"
            f" | eval {skill}=coalesce(invoked, graded), at=coalesce(started, seen+0)"
            f" | mvexpand {skill}{_of_skill(self.skill_id, self.skill_name)}"
            f" | stats max(at) as last{'' if named else ' by skill_name'}"
            f" | eval days=coalesce(now()-last, {never})/86400"
        )
        when = {"type": "threshold", "field": "days", "op": "gte", "value": least}
        name = f"No sessions of {_whose(self.skill_id, self.skill_name)} for {self.threshold:g} days"
        return Lowered(query, when, looked_back, name)


def _of_skill(skill_id: str | None, skill_name: str | None) -> str:
    """The id says it all where there is one."""
    return equals("skill_id", skill_id) or equals("skill_name", skill_name)


def _whose(skill_id: str | None, skill_name: str | None) -> str:
    return skill_name or skill_id or "any skill"
