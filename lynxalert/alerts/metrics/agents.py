"""`error_rate`, `denied_rate`, `latency_p99`, `volume_drop`: what agents report of their requests.

They read the telemetry interface, source `checkrd/telemetry`: `agent_id`, `status` or `error`, `latency_ms`,
`decision` or `denied`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lynxalert.alerts.conditions.build import number, reads, text
from lynxalert.alerts.metrics.metric import Lowered, equals, metric

SOURCE = 'source="checkrd/telemetry"'
QUARTER = dt.timedelta(minutes=15)


def above_zero(value: Any) -> float:
    """A number greater than 0."""
    if number(value) <= 0:
        raise ValueError("must be greater than 0")
    return float(value)


def _share(name: str, counted: str, threshold: float, agent: str | None, window: dt.timedelta) -> Lowered:
    """The share of the events for which *counted* is true."""
    query = (
        f"{SOURCE}{equals('agent_id', agent)}"
        f" | stats count as events, count(eval({counted})) as counted by agent_id | eval {name}=counted/events"
    )
    when = {"type": "threshold", "field": name, "op": "gt", "value": threshold}
    title = name.capitalize().replace("_", " ")
    return Lowered(query, when, window, f"{title} of {_whose(agent)} above {threshold:g}")


@metric("error_rate", threshold=0.05)
@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """The share of an agent's requests that failed, over 15 minutes unless said otherwise, is above *threshold*.

    A request failed when its `error` is true, or its `status` is `error` or 500 and more. Without *agent_id* each
    agent is judged on its own.
    """

    threshold: float = reads(above_zero)
    agent_id: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row per agent, with its `error_rate`."""
        failed = 'coalesce(error, false()) OR lower(status)="error" OR tonumber(status)>=500'
        return _share("error_rate", failed, self.threshold, self.agent_id, window or QUARTER)


@metric("denied_rate", threshold=0.2)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedRate:
    """The share of an agent's requests that were denied, over 15 minutes unless said otherwise, is above *threshold*.

    A request was denied when `denied` is true, or `decision` is `deny` or `denied`. Without *agent_id* each agent is
    judged on its own.
    """

    threshold: float = reads(above_zero)
    agent_id: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row per agent, with its `denied_rate`."""
        denied = 'coalesce(denied, false()) OR lower(decision) IN ("deny", "denied")'
        return _share("denied_rate", denied, self.threshold, self.agent_id, window or QUARTER)


@metric("latency_p99", threshold=2000)
@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyP99:
    """The 99th percentile of an agent's `latency_ms`, over 15 minutes unless said otherwise, is above *threshold*.

    Without *agent_id* each agent is judged on its own.
    """

    threshold: float = reads(above_zero)
    agent_id: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row per agent, with its `latency_p99` in milliseconds."""
        query = f"{SOURCE}{equals('agent_id', self.agent_id)} | stats perc99(latency_ms) as latency_p99 by agent_id"
        when = {"type": "threshold", "field": "latency_p99", "op": "gt", "value": self.threshold}
        name = f"Latency p99 of {_whose(self.agent_id)} above {self.threshold:g} ms"
        return Lowered(query, when, window or QUARTER, name)


@metric("volume_drop", threshold=0.5)
@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDrop:
    """An agent's events dropped by more than *threshold* against the window before: 0.5 is more than half.

    The window is 15 minutes unless said otherwise. An agent that sent nothing in the window before says nothing.
    Without *agent_id* each agent is judged on its own.
    """

    threshold: float = reads(above_zero)
    agent_id: str | None = reads(text, default=None)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row per agent, with the `events` of the window."""
        query = f"{SOURCE}{equals('agent_id', self.agent_id)} | stats count as events by agent_id"
        when = {
            "type": "relative",
            "field": "events",
            "op": "lt",
            "percent": max(0.0, round((1 - self.threshold) * 100, 9)),  # nothing drops by more than all
            "baseline": "previous_window",
        }
        name = f"Volume of {_whose(self.agent_id)} dropped by more than {self.threshold:.0%}"
        return Lowered(query, when, window or QUARTER, name)


def _whose(agent: str | None) -> str:
    return agent or "any agent"
