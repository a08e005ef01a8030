"""A request for a page → what its link is good for, and the alert and episode it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from lynxalert.access import Actor, Role
from lynxalert.access.passes import BadPassError, ExpiredPassError
from lynxalert.alerts import Alert
from lynxalert.api.access import CALLER, Caller
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import ALERTS, CLOCK, PASSES
from lynxalert.api.ports import Standing, UnknownAlertError
from lynxalert.notify.links import Purpose

HISTORY = 200  # transitions of an alert among which those of an episode are looked for
LINK = "link"  # who acts by one


@dataclass(frozen=True, slots=True)
class Opened:
    """An alert and an episode of it; *instance* is where that stands, None: it is over."""

    standing: Standing
    episode: str
    instance: Mapping[str, Any] | None


def opened(request: web.Request, purpose: Purpose) -> list[str]:
    """The parts of the subject of a link for *purpose*; whoever shows it may ask what that needs.

    Raises:
        ApiError: 404 it was never good, 410 it has expired.
    """
    subject = request.match_info["subject"]
    try:
        passes = request.app[PASSES]
        passes.check(purpose, subject, request.match_info["ticket"], request.app[CLOCK].now())
    except BadPassError:
        raise ApiError(
            404, "NOT_FOUND", "This link is not valid", suggestion="Was it copied whole?"
        ) from None
    except ExpiredPassError:
        hint = "Ask for the alert with `GET /api/v1/alerts`, or wait for its next message."
        raise ApiError(410, "EXPIRED", "This link has expired", suggestion=hint) from None
    request[CALLER] = Caller(actor(request))
    return subject.split(".")


async def episode(request: web.Request, purpose: Purpose) -> Opened:
    """The alert and episode of a link for *purpose*.

    Raises:
        ApiError: as `opened`; 404, the alert is gone.
    """
    alert_id, told, *_ = opened(request, purpose)
    standing = await alert(request, alert_id)
    found = await request.app[ALERTS].instances(standing.alert)
    return Opened(standing, told, next((each for each in found if each["episode"] == told), None))


async def told_of(request: web.Request, alert: Alert, episode: str) -> Mapping[str, Any] | None:
    """`key` and `started` of an episode, open or over; None: nobody remembers it."""
    for found in (await request.app[ALERTS].instances(alert), await past(request, alert, episode)):
        for each in found:
            if each["episode"] == episode:
                return each
    return None


async def past(request: web.Request, alert: Alert, episode: str) -> list[Mapping[str, Any]]:
    """What happened in an episode, newest first, as far as it is among the newest of its alert."""
    found = await request.app[ALERTS].history(alert, HISTORY, None)
    return [each for each in found if each["episode"] == episode]


async def alert(request: web.Request, alert_id: str) -> Standing:
    """The alert of a link.

    Raises:
        ApiError: 404, it is gone.
    """
    try:
        return await request.app[ALERTS].find(alert_id)
    except UnknownAlertError:
        raise ApiError(404, "NOT_FOUND", "This alert was deleted") from None


def actor(request: web.Request, name: str = "") -> Actor:
    """Whoever follows a link; *name* is what they call themselves, and is believed as far as that."""
    called = f"{name} ({LINK})" if name else LINK
    return Actor(name=called, role=Role.MEMBER, address=request.remote)
