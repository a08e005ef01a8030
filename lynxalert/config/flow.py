"""How much a channel is told at once, and for how long, as written: `group_by`, `rate`, `max_age` and what goes with them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from lynxalert.alerts.model import ChannelSpec, Grouping, Pace
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.shape import Duration, Section, Texts, Wait
from lynxalert.config.units import SECONDS, UnitError, duration_text

_RATE = re.compile(r"\s*([1-9][0-9]{0,5})\s*/\s*([smhd])\s*")
_USUAL_BURST = 5
LENGTHS = ("max_age", "max_age_resolved", "probe_interval")
LEAST_PROBE = dt.timedelta(minutes=1)


def _rate(value: object) -> tuple[int, dt.timedelta]:
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UnitError("must be a rate such as 1/s, 20/m or 100/h")
    return int(match[1]), dt.timedelta(seconds=SECONDS[match[2]])


Rate = Annotated[
    tuple[int, dt.timedelta],
    BeforeValidator(_rate),
    WithJsonSchema({"type": "string", "pattern": r"^\d+/[smhd]$", "examples": ["1/s", "20/m"]}),
]


def _rarely(length: dt.timedelta) -> dt.timedelta:
    if length < LEAST_PROBE:
        raise UnitError("must be at least 1m")
    return length


Rarely = Annotated[Duration, AfterValidator(_rarely)]


class Flow(Section):
    """How much a channel is told at once, how long it is tried, how often it is asked without a message."""

    group_by: Texts | None = None  # labels; none at all: everything together
    group_wait: Wait | None = None  # default 30s
    group_interval: Wait | None = None  # default 5m
    rate: Rate | None = None  # messages in a time; default: what is usual for the type
    burst: Annotated[int, Field(ge=1, le=10_000)] | None = None  # of them at once
    max_age: Duration | None = None  # default: that of [outbound]
    max_age_resolved: Duration | None = None
    probe_interval: Rarely | None = None  # default: that of [probe]


def flow_mistakes(flow: Flow, path: Path, *, stateful: bool) -> list[Mistake]:
    """What is wrong between these settings."""
    found: list[Mistake] = []
    if flow.group_by is not None and stateful:
        text = "cannot be used here: this place keeps an incident of each instance and groups them by itself"
        found.append(Mistake((*path, "group_by"), text))
    if flow.group_by is None:
        times = [name for name in ("group_wait", "group_interval") if getattr(flow, name) is not None]
        found += [Mistake((*path, name), "has no effect without group_by") for name in times]
    if flow.burst is not None and flow.rate is None:
        found.append(Mistake((*path, "burst"), "has no effect without rate"))
    return found


def grouping_of(flow: Flow) -> Grouping | None:
    """What goes out together; None: each by itself."""
    if flow.group_by is None:
        return None
    usual = Grouping(())
    return Grouping(
        flow.group_by,
        usual.wait if flow.group_wait is None else flow.group_wait,
        usual.interval if flow.group_interval is None else flow.group_interval,
    )


def pace_of(flow: Flow) -> Pace | None:
    """How much at once; None: what is usual for the type."""
    if flow.rate is None:
        return None
    count, per = flow.rate
    return Pace(count, per, flow.burst or min(count, _USUAL_BURST))


def flow_as_written(spec: ChannelSpec) -> dict[str, object]:
    """The settings that stand for those of *spec*; what is usual is left out."""
    written: dict[str, object] = {}
    grouping, pace = spec.grouping, spec.pace
    if grouping is not None:
        written["group_by"] = list(grouping.by)
        written["group_wait"] = duration_text(grouping.wait)
        written["group_interval"] = duration_text(grouping.interval)
    if pace is not None:
        unit = next(word for word, seconds in SECONDS.items() if seconds == pace.per.total_seconds())
        written |= {"rate": f"{pace.count}/{unit}", "burst": pace.burst}
    lengths = {name: getattr(spec, name) for name in LENGTHS}
    return written | {name: duration_text(each) for name, each in lengths.items() if each is not None}
