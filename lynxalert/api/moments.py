"""`/history`: what was on record at an instant, or what happened within some time, over all alerts."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from lynxalert.api.errors import invalid, not_found
from lynxalert.api.keys import CLOCK, CONFIGURATION, MOMENTS
from lynxalert.api.paging import USUAL, cursor, cursor_of, limit_of, page_of
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.config.settings import Zone
from lynxalert.config.shape import Section, read
from lynxalert.config.units import duration_text
from lynxalert.lang import Code
from lynxalert.plan.timespec import BadTime, resolve

_WALL_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DAY = dt.timedelta(days=1)


class Asked(Section):
    """An instant, or from when to when; of one alert or of all."""

    at: str | None = None
    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")
    alert: str | None = None
    timezone: Zone = "UTC"
    limit: str | None = None  # this and the next are judged with the list they page
    cursor: str | None = None


async def history(request: web.Request) -> web.Response:
    """`GET /history`: `at` an instant (default now), or `from` and `to`; `alert` chooses one."""
    asked, mistakes = read(Asked, dict(request.query))
    if asked is None:
        raise invalid(mistakes)
    if asked.start is None and asked.end is None:
        return await _at(request, asked)
    if asked.at is not None:
        raise invalid(
            [Mistake(("at",), "cannot stand beside from and to: ask for an instant or for a range")]
        )
    return await _within(request, asked)


async def _at(request: web.Request, asked: Asked) -> web.Response:
    instant = _instant(request, asked, "at", asked.at or "now")
    alert_id = await _alert(request, asked)
    found = dict(await request.app[MOMENTS].at(instant, alert_id))
    alerts, meta = page_of(request, found["alerts"], key=lambda each: [each["name"], each["id"]])
    return success({**found, "alerts": alerts}, meta=meta)


async def _within(request: web.Request, asked: Asked) -> web.Response:
    if asked.start is None:
        hint = "such as from=-1h or from=03:00"
        raise invalid([Mistake(("from",), "is required beside to", help=hint)])
    start = _instant(request, asked, "from", asked.start)
    end = _instant(request, asked, "to", asked.end or "now")
    if start >= end:
        raise invalid([Mistake(("from",), "must be before to")])
    limit = limit_of(request, USUAL) or USUAL
    alert_id = await _alert(request, asked)
    found = await request.app[MOMENTS].within(start, end, limit + 1, _place(request), alert_id)
    page, more = found[:limit], len(found) > limit
    at, rank, number = page[-1][0] if page else (start, 0, 0)
    next_ = cursor([at.isoformat(), rank, number]) if more else None
    meta = {"has_more": more, "next_cursor": next_}
    return success({"from": start, "to": end, "entries": [each for _, each in page]}, meta=meta)


def _instant(request: web.Request, asked: Asked, name: str, text: str) -> dt.datetime:
    """The instant that *text* means; a time of day is the last one that was.

    Raises:
        ApiError: 422, it is none, or one that is to come, or that nothing is kept of.
    """
    now = request.app[CLOCK].now()
    try:
        instant = _wall_clock(text, now, asked.timezone) or resolve(text, now, asked.timezone)
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


async def _alert(request: web.Request, asked: Asked) -> str | None:
    """The id of the alert that is asked for, though it was deleted.

    Raises:
        ApiError: 404, there never was one.
    """
    if asked.alert is None:
        return None
    alert_id = await request.app[MOMENTS].known(asked.alert)
    if alert_id is None:
        raise not_found("Alert")
    return alert_id


def _place(request: web.Request) -> tuple[dt.datetime, int, int] | None:
    match cursor_of(request):
        case None:
            return None
        case [str(at), int(rank), int(number)] if 0 <= number < 2**63:
            with suppress(ValueError):
                instant = dt.datetime.fromisoformat(at)
                if instant.tzinfo is not None:
                    return instant, rank, number
    raise invalid([Mistake(("cursor",), "is not a cursor of this list")])
