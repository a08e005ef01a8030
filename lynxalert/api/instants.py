"""`03:12`, `-2h`, RFC 3339 → an instant of the past that something is remembered of."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from aiohttp import web

from lynxalert.api.errors import invalid
from lynxalert.api.keys import CLOCK, CONFIGURATION
from lynxalert.config.mistakes import Mistake
from lynxalert.config.units import duration_text
from lynxalert.lang import Code
from lynxalert.plan.timespec import BadTime, resolve

_WALL_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DAY = dt.timedelta(days=1)


def instant_of(request: web.Request, name: str, text: str, zone: str) -> dt.datetime:
    """The instant that *text* means; a time of day is the last one that was.

    Raises:
        ApiError: 422, it is none, or one that is to come, or that nothing is kept of.
    """
    now = request.app[CLOCK].now()
    try:
        instant = _wall_clock(text, now, zone) or resolve(text, now, zone)
    except (BadTime, OverflowError):
        hint = "such as 03:12, -2h, 2026-02-14T03:12 or 2026-02-14T03:12:00Z"
        raise invalid([Mistake((name,), f": `{text[:60]}` is no time", Code.BAD_TIME, hint)]) from None
    kept = request.app[CONFIGURATION].settings.store.history
    if instant < now - kept:
        hint = f"store.history keeps {duration_text(kept)}"
        raise invalid([Mistake((name,), "is older than what is remembered", help=hint)])
    if instant > now and name != "to":
        raise invalid([Mistake((name,), "must not be in the future")])
    return instant


def _wall_clock(text: str, now: dt.datetime, zone: str) -> dt.datetime | None:
    found = _WALL_CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second = (int(each or 0) for each in found.groups())
    today = now.astimezone(ZoneInfo(zone))
    at = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
    at = at if at <= today else (at - _DAY).replace(hour=hour, minute=minute, second=second)
    return at.astimezone(dt.UTC)
