"""A configuration file × the daemon that runs it → what only running shows: slow evaluations, channels nobody tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any
from urllib.parse import quote

from lynxalert.alerts import Every
from lynxalert.cli._remote import get
from lynxalert.config import Mistake, Settings
from lynxalert.config.places import Path
from lynxalert.config.units import duration_text
from lynxalert.lang import Code

SHARE = 0.5  # of the interval: beyond, a busy minute makes slots late
LAST = "20"  # evaluations that are looked at


def measured(settings: Settings, server: str) -> Iterator[Mistake]:
    """A warning for each alert of the file that is nearly too slow, and each channel that never took anything.

    Raises:
        LynxError: no daemon answers at *server*, or it refuses.
    """
    running = {each["id"]: each for each in get(server, "alerts")["data"]["alerts"]}
    for alert in settings.alerts:
        last = running.get(alert.id, {}).get("counts", {}).get("last_duration_ms")
        if isinstance(alert.schedule, Every) and last is not None:
            path = ("alerts", alert.file_key or alert.id, "interval")
            found = get(server, f"alerts/{quote(alert.id, safe='')}/evaluations", limit=LAST)["data"]
            yield from too_slow(alert.schedule.interval, found["evaluations"], path)
    for each in get(server, "channels")["data"]["channels"]:
        named = settings.channels.get(each["name"])
        if named is not None and named.type == each["type"] and _untried(each):
            yield Mistake(
                ("channels", each["name"]),
                "has taken no message yet, and no test",
                Code.LINT,
                "POST /api/v1/alerts/{id}/test-channels sends one",
            )


def too_slow(step: dt.timedelta, found: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Mistake]:
    """A warning where the evaluations *found* usually take more than their share of *step*."""
    took = [each["duration_ms"] / 1000 for each in found if each["duration_ms"] is not None]
    usual = median(took) if took else 0.0
    if usual > SHARE * step.total_seconds():
        text = f"({duration_text(step)}) is nearly too short: an evaluation takes {usual:.1f}s"
        yield Mistake(path, text, Code.LINT, "make it longer, or the query or its window smaller")


def _untried(channel: Mapping[str, Any]) -> bool:
    tested = channel["last_test"]
    return channel["last_success"] is None and (tested is None or tested["status"] != "ok")
