"""What happened → the plain values that a message may tell, by root name: what templates see. Pure.

`alert`, `result` (the row), `rows`, `instance`, `episode`, `transition`, `evidence`, `links`, `timestamp`, `test`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from lynxalert.alerts.model import Alert, Cron, Every, Transition
from lynxalert.clock import rfc3339
from lynxalert.notify.markup import clean, cut
from lynxalert.notify.message import Link, Plain
from lynxalert.plan import ALL_TIME, Row, TimeWindow

MOST_ROWS = 100
MOST_EVENTS = 20
LONGEST_VALUE = 4096
UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A transition with what surrounds it: everything there is to tell.

    *condition* is the sentence `errors (247) > 100`. *rows* are those of the instance's key, *evidence* its
    newest raw events. *window* is the one judged.
    """

    alert: Alert
    transition: Transition
    condition: str = ""
    window: TimeWindow = ALL_TIME
    rows: Sequence[Row] = ()
    evidence: Sequence[str] = ()
    links: tuple[Link, ...] = ()
    test: bool = False


def facts_of(occasion: Occasion, alert: Mapping[str, Plain] | None = None) -> dict[str, Plain]:
    """The values by root name; all of them plain JSON, texts cleaned, rows and events bounded.

    *alert* are the `alert_facts` of its alert, where they are known: a crowd shares them.
    """
    transition, match = occasion.transition, occasion.transition.match
    result = plain(match.values) if match else {}
    rows = occasion.rows or (match.rows if match else ())
    listed = [plain(row) for row in rows[:MOST_ROWS]] or ([result] if result else [])
    return {
        "alert": alert if alert is not None else alert_facts(occasion.alert),
        "result": result or (listed[0] if listed else {}),
        "rows": listed,
        "instance": {
            "key": transition.key,
            "labels": plain(transition.labels),
            "phase": str(transition.phase),
            "value": plain(transition.value),
            "tier": transition.tier,
            "count": match.count if match else 0,
        },
        "episode": _episode(transition),
        "transition": {
            "kind": str(transition.kind),
            "reason": str(transition.reason) if transition.reason else None,
            "at": rfc3339(transition.at),
            "previous": str(transition.previous),
            "phase": str(transition.phase),
            "tier": transition.tier,
            "tier_before": transition.tier_before,
            "value": plain(transition.value),
            "late": transition.late,
            "condition": clean(occasion.condition),
            "window_start": _instant(occasion.window.start),
            "window_end": _instant(occasion.window.end),
        },
        "evidence": [cut(clean(event), LONGEST_VALUE) for event in occasion.evidence[:MOST_EVENTS]],
        "links": [link.as_json() for link in occasion.links],
        "timestamp": rfc3339(transition.at),
        "test": occasion.test,
    }


def alert_facts(alert: Alert) -> dict[str, Plain]:
    """The fields of a definition that a message may show: all but its channels."""
    return {
        "id": alert.id,
        "name": clean(alert.name),
        "query": clean(alert.query),
        "q": clean(alert.query),
        "interval": _interval(alert),
        "window": words(alert.window),
        "delay": words(alert.delay),
        "for": words(alert.policy.hold),
        "cooldown": words(alert.policy.cooldown),
        "repeat_interval": words(alert.policy.repeat_interval) if alert.policy.repeat_interval else None,
        "no_data": str(alert.policy.no_data),
        "severity": alert.severity,
        "description": clean(alert.description),
        "labels": {name: clean(text) for name, text in alert.labels.items()},
        "timezone": alert.timezone,
        "enabled": alert.enabled,
        "version": alert.version,
    }


def plain(value: object) -> Plain:
    """*value* as JSON can hold it: instants as RFC 3339, no infinities, texts cleaned and bounded."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case dt.datetime():
            return rfc3339(value)
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value[:MOST_ROWS]]
        case _:
            return cut(clean(str(value)), LONGEST_VALUE)


@lru_cache(maxsize=1024)  # alerts have few lengths between them
def words(length: dt.timedelta) -> str:
    """A length as people say it: `0s`, `45s`, `1h30m`, `2d`."""
    rest = max(0, int(length.total_seconds()))
    parts = []
    for unit, seconds in UNITS:
        number, rest = divmod(rest, seconds)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def _interval(alert: Alert) -> str:
    match alert.schedule:
        case Every(text=text):
            return text
        case Cron(expression=expression):
            return expression
        case _:
            assert_never(alert.schedule)


def _episode(transition: Transition) -> dict[str, Plain]:
    length = transition.at - transition.started
    return {
        "id": transition.episode,
        "sequence": transition.sequence,
        "started": rfc3339(transition.started),
        "ended": rfc3339(transition.at) if transition.is_end else None,
        "duration": words(length),
        "seconds": length.total_seconds(),
    }


def _instant(instant: dt.datetime | None) -> str | None:
    return rfc3339(instant) if instant else None
