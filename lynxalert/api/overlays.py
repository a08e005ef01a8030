"""`/alerts/{id}/mute`, `/unmute`: reasons to stay quiet that leave the definition and its condition alone."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from aiohttp import web

from lynxalert.api.alert_json import shown
from lynxalert.api.alerts import find
from lynxalert.api.body import read_object
from lynxalert.api.errors import invalid
from lynxalert.api.keys import ALERTS, CLOCK
from lynxalert.api.reply import success
from lynxalert.config.definition import Instant
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Duration, Section, read


class Mute(Section):
    """How long, and why; without `until` and `duration`, until unmuted."""

    until: Instant | None = None
    duration: Duration | None = None
    reason: str | None = None


class Unmute(Section):
    """What is told of what began to fire meanwhile."""

    notify: Literal["next_transition", "still_firing"] = "next_transition"


async def mute(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/mute`."""
    alert = (await find(request)).alert
    wish, mistakes = read(Mute, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    now = request.app[CLOCK].now()
    until = _end(wish, now)
    standing = await request.app[ALERTS].mute(alert, until, wish.reason)
    return success(shown(standing))


async def unmute(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/unmute`: what fires is told at its next transition, or now with `notify = "still_firing"`."""
    alert = (await find(request)).alert
    wish, mistakes = read(Unmute, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    told = wish.notify == "still_firing"
    return success(shown(await request.app[ALERTS].unmute(alert, tell_still_firing=told)))


def _end(wish: Mute, now: dt.datetime) -> dt.datetime | None:
    if wish.until is not None and wish.duration is not None:
        raise invalid([Mistake(("duration",), "cannot stand beside until: keep one of them")])
    if wish.until is not None and wish.until <= now:
        raise invalid([Mistake(("until",), "must be in the future")])
    return now + wish.duration if wish.duration is not None else wish.until
