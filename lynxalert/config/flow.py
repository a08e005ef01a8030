"""How much a channel is told at once, as written: `group_by` and its times, `rate` and `burst`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from lynxalert.alerts.model import Grouping, Pace
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.shape import Section, Texts, Wait
from lynxalert.config.units import SECONDS, UnitError, duration_text

_RATE = re.compile(r"\s*([1-9][0-9]{0,5})\s*/\s*([smhd])\s*")
_USUAL_BURST = 5


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


class Flow(Section):
    """How much a channel is told at once."""

    group_by: Texts | None = None  # labels; none at all: everything together
    group_wait: Wait | None = None  # default 30s
    group_interval: Wait | None = None  # default 5m
    rate: Rate | None = None  # messages in a time; default: what is usual for the type
    burst: Annotated[int, Field(ge=1, le=10_000)] | None = None  # of them at once


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


def flow_as_written(grouping: Grouping | None, pace: Pace | None) -> dict[str, object]:
    """The settings that stand for these; what is usual is left out."""
    written: dict[str, object] = {}
    if grouping is not None:
        written["group_by"] = list(grouping.by)
        written["group_wait"] = duration_text(grouping.wait)
        written["group_interval"] = duration_text(grouping.interval)
    if pace is not None:
        unit = next(word for word, seconds in SECONDS.items() if seconds == pace.per.total_seconds())
        written |= {"rate": f"{pace.count}/{unit}", "burst": pace.burst}
    return written
