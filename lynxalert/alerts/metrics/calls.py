"""`call_count`, `tool_call_count`, `api_call_count`, `concurrency`: how many calls there are.

They read the call interface, source `vox/calls`: `call_id`, `event` (start, end, tool_call, api_call), `labels`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lynxalert.alerts.conditions.build import number, one_of, reads
from lynxalert.alerts.conditions.rows import SYMBOLS
from lynxalert.alerts.metrics.metric import Lowered, metric, seconds
from lynxalert.lang.quoting import quoted

LONGEST_CALL = dt.timedelta(days=1)  # a call without an end is over by then
WINDOW = dt.timedelta(minutes=5)


def not_negative(value: Any) -> float:
    """A number from 0 on."""
    if number(value) < 0:
        raise ValueError("must be 0 or more")
    return float(value)


def labels(value: Any) -> Mapping[str, tuple[str, ...]]:
    """`{region = "eu", team = ["a", "b"]}`: each label with the values it may have."""
    if not isinstance(value, Mapping):
        raise ValueError("must be an object of labels")  # noqa: TRY004 - the reader reports values, not types
    read = {}
    for name, wanted in value.items():
        values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        if not values or not all(isinstance(each, str) for each in values):
            raise ValueError(f"must give `{str(name)[:60]}` a text or a list of texts")
        read[str(name)] = tuple(values)
    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The fields that all metrics of calls have, and what they come to."""

    kind: ClassVar[str]

    threshold: float = reads(not_negative)
    comparison_op: str = reads(one_of("gt", "gte", "lt", "lte"), default="gt")
    threshold_type: str = reads(one_of("absolute", "relative"), default="absolute")
    filter: Mapping[str, tuple[str, ...]] = reads(labels, default_factory=dict)

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:  # noqa: ARG002 - the contract
        """One row with the number, named as the metric is."""
        looked_back, relative = window or WINDOW, self.threshold_type == "relative"
        title = f"{self.kind.capitalize().replace('_', ' ')} {SYMBOLS[self.comparison_op]} {self.threshold:g}"
        return Lowered(
            self._query(looked_back),
            self._when(relative=relative),
            looked_back,
            title + (" % of the window before" if relative else ""),
        )

    def _query(self, window: dt.timedelta) -> str:
        match self.kind:
            case "call_count":
                return self._events("start") + " | stats dc(call_id) as call_count"
            case "concurrency":
                return self._events("start", "end", lookback=2 * window + LONGEST_CALL) + _open_at_once(
                    window
                )
            case counted:
                return self._events(counted.removesuffix("_count")) + f" | stats count as {counted}"

    def _when(self, *, relative: bool) -> Mapping[str, Any]:
        """`concurrency` looks back further than its window, so its query knows the window before by itself."""
        judged = {"op": self.comparison_op}
        if not relative:
            return {"type": "threshold", "field": self.kind, "value": self.threshold, **judged}
        if self.kind == "concurrency":
            return {"type": "threshold", "field": "percent", "value": self.threshold, **judged}
        return {"type": "relative", "field": self.kind, "percent": self.threshold, **judged}

    def _events(self, *kinds: str, lookback: dt.timedelta | None = None) -> str:
        """The events of *kinds* with the labels asked for; an end is that of its call, whether it repeats them or not."""
        since = f" earliest=-{seconds(lookback)}s" if lookback is not None else ""
        ends = 'event="end" OR ' if "end" in kinds else ""
        allowed = "".join(
            f" | where {ends}{quoted('labels.' + name, chr(39))} IN ({', '.join(map(quoted, values))})"
            for name, values in sorted(self.filter.items())
        )
        return f'source="vox/calls" event IN ({", ".join(kinds)}){since}{allowed}'


def _open_at_once(window: dt.timedelta) -> str:
    """The highest number of calls open at once in the window, and in the one before it.

    A call is open from its start up to, not including, its end; the level at which a window begins counts.
    """
    length = seconds(window)
    return (
        ' | stats min(eval(if(event="start", _time, null()))) as began,'
        ' max(eval(if(event="end", _time, null()))) as ended by call_id'
        " | eval began=began+0, ended=ended+0"
        " | where isnotnull(began) AND (isnull(ended) OR ended > began)"
        " | eval at=mvappend(began, ended) | mvexpand at | eval at=tonumber(at) | eval change=if(at=began, 1, -1)"
        " | sort 0 at, change | streamstats sum(change) as open"
        f" | eval slice=case(at < now()-2*{length}, 0, at < now()-{length}, 1, true(), 2)"
        " | stats max(eval(if(slice=2, open, null()))) as peak, last(eval(if(slice<2, open, null()))) as level,"
        " max(eval(if(slice=1, open, null()))) as peak_before,"
        " last(eval(if(slice=0, open, null()))) as level_before"
        " | eval concurrency=max(coalesce(peak, 0), coalesce(level, 0)),"
        " baseline=max(coalesce(peak_before, 0), coalesce(level_before, 0))"
        " | eval percent=concurrency*100/baseline | fields concurrency, baseline, percent"
    )


@metric("call_count", threshold=100)
@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount(Calls):
    """How many calls began in the window.

    Compared with *threshold* by *comparison_op*; `threshold_type = "relative"` compares it as a percent of the window
    before: `lt 50` is a drop below half. *filter* names labels and the values they may have.
    """


@metric("tool_call_count", threshold=100)
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallCount(Calls):
    """How many tools were called in the window; compared as `call_count` is."""


@metric("api_call_count", threshold=100)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCallCount(Calls):
    """How many APIs were called in the window; compared as `call_count` is."""


@metric("concurrency", threshold=20)
@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency(Calls):
    """The highest number of calls open at once in the window; compared as `call_count` is.

    A call without an end counts as open for a day.
    """
