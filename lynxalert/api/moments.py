"""`/history`: what was on record at an instant, or what happened within some time, over all alerts."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from aiohttp import web
from pydantic import Field

from lynxalert.api.errors import invalid, not_found
from lynxalert.api.instants import instant_of
from lynxalert.api.keys import MOMENTS
from lynxalert.api.paging import USUAL, cursor, cursor_of, limit_of
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.config.settings import Zone
from lynxalert.config.shape import Section, read


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
    instant = instant_of(request, "at", asked.at or "now", asked.timezone)
    alert_id = await _alert(request, asked)
    limit = limit_of(request, USUAL)
    looked = await request.app[MOMENTS].at(instant, alert_id, limit, _line(request))
    next_ = cursor(looked.last) if looked.last is not None else None
    meta = {"has_more": next_ is not None, "next_cursor": next_, "total": looked.total}
    return success(looked.found, meta=meta)


async def _within(request: web.Request, asked: Asked) -> web.Response:
    if asked.start is None:
        hint = "such as from=-1h or from=03:00"
        raise invalid([Mistake(("from",), "is required beside to", help=hint)])
    start = instant_of(request, "from", asked.start, asked.timezone)
    end = instant_of(request, "to", asked.end or "now", asked.timezone)
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


def _line(request: web.Request) -> tuple[str, str, str] | None:
    match cursor_of(request):
        case None:
            return None
        case [str(name), str(alert_id), str(key)]:
            return name, alert_id, key
    raise invalid([Mistake(("cursor",), "is not a cursor of this list")])


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
