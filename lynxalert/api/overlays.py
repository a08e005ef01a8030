"""`/alerts/{id}/mute`, `/unmute`, `/ack`, `/unack`: reasons to stay quiet that leave the definition and its condition alone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from aiohttp import web

from lynxalert.api.access import actor_of
from lynxalert.api.alert_json import shown
from lynxalert.api.alerts import find
from lynxalert.api.body import read_object
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.keys import ALERTS, CLOCK, SILENCES
from lynxalert.api.ports import NothingFiresError
from lynxalert.api.reply import success
from lynxalert.config.definition import Instant
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Duration, Said, Section, read


class Mute(Section):
    """How long, and why; without `until` and `duration`, until unmuted."""

    until: Instant | None = None
    duration: Duration | None = None
    reason: Said | None = None


class Unmute(Section):
    """What is told of what began to fire meanwhile."""

    notify: Literal["next_transition", "still_firing"] = "next_transition"


class Known(Section):
    """Which instance somebody knows of (all that fire), until when (the end of the episode), and what they say."""

    key: dict[str, Any] | None = None
    until: Instant | None = None
    duration: Duration | None = None
    note: Said | None = None


class Unknown(Section):
    """Which instance is to be repeated again: all that fire."""

    key: dict[str, Any] | None = None


async def mute(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/mute`."""
    alert = (await find(request)).alert
    wish, mistakes = read(Mute, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    now = request.app[CLOCK].now()
    until = end_of(wish.until, wish.duration, now, now)
    standing = await request.app[ALERTS].mute(alert, until, wish.reason, by=actor_of(request))
    return success(shown(standing))


async def unmute(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/unmute`: what fires is told at its next transition, or now with `notify = "still_firing"`."""
    alert = (await find(request)).alert
    wish, mistakes = read(Unmute, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    told = wish.notify == "still_firing"
    return success(
        shown(await request.app[ALERTS].unmute(alert, tell_still_firing=told, by=actor_of(request)))
    )


async def ack(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/ack`: no more repeats of what fires, of one `key` or of all; 409 if nothing does."""
    alert = (await find(request)).alert
    wish, mistakes = read(Known, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    now = request.app[CLOCK].now()
    until = end_of(wish.until, wish.duration, now, now)
    try:
        known = await request.app[SILENCES].acknowledge(
            alert, wish.key, until, wish.note or "", by=actor_of(request)
        )
    except NothingFiresError as error:
        raise ApiError(409, "CONFLICT", str(error)) from None
    return success({"acknowledged": known})


async def unack(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/unack`: repeats go on. 204."""
    alert = (await find(request)).alert
    wish, mistakes = read(Unknown, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    try:
        await request.app[SILENCES].unacknowledge(alert, wish.key, by=actor_of(request))
    except NothingFiresError as error:
        raise ApiError(409, "CONFLICT", str(error)) from None
    return web.Response(status=204)


def end_of(
    until: dt.datetime | None, duration: dt.timedelta | None, starts: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """When what *starts* then is over, as asked: at *until*, or after *duration*; None: when somebody ends it.

    Raises:
        ApiError: 422 for both at once, and for an end that is past or before the start.
    """
    if until is not None and duration is not None:
        raise invalid([Mistake(("duration",), "cannot stand beside until: keep one of them")])
    end = starts + duration if duration is not None else until
    if end is not None and end <= now:
        raise invalid([Mistake(("until",), "must be in the future")])
    if end is not None and end <= starts:
        raise invalid([Mistake(("until",), "must be after starts_at")])
    return end
