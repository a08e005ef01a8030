"""`/go/ack/…`, `/go/mute/…`: a page with a button; pressing it (POST) acknowledges or mutes, opening it does nothing."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

from aiohttp import web

from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import ALERTS, CLOCK, SILENCES
from lynxalert.api.links.html import page, text
from lynxalert.api.links.looking import clock, summary
from lynxalert.api.links.opening import Opened, actor, episode
from lynxalert.api.ports import NothingFiresError
from lynxalert.notify.links import Purpose
from lynxalert.notify.markup import cut, one_line

LENGTHS = {
    "30m": dt.timedelta(minutes=30),
    "1h": dt.timedelta(hours=1),
    "4h": dt.timedelta(hours=4),
    "1d": dt.timedelta(days=1),
}
LARGEST = 10_000  # bytes of a form
WHO = (
    '<p><input name="who" placeholder="Your name" maxlength="60"> '
    '<input name="note" placeholder="Note" maxlength="500"></p>'
)


async def ask_ack(request: web.Request) -> web.Response:
    """`GET /go/ack/{subject}/{ticket}`: what it is about, and the button."""
    found = await episode(request, Purpose.ACK)
    button = _form(WHO + "<button>Acknowledge</button>") + "<p>It is not repeated any more until it ends.</p>"
    return _page(request, found, button if found.instance else "")


async def ack(request: web.Request) -> web.Response:
    """`POST /go/ack/{subject}/{ticket}`: acknowledges that episode, no other."""
    found = await episode(request, Purpose.ACK)
    fields = await _fields(request)
    if found.instance is None:
        raise ApiError(409, "CONFLICT", "It is over already: there is nothing to acknowledge")
    try:
        await request.app[SILENCES].acknowledge(
            found.standing.alert,
            found.instance["key"],
            None,
            fields["note"],
            by=actor(request, fields["who"]),
        )
    except NothingFiresError:
        raise ApiError(409, "CONFLICT", "It is over already: there is nothing to acknowledge") from None
    return _page(request, await episode(request, Purpose.ACK))


async def ask_mute(request: web.Request) -> web.Response:
    """`GET /go/mute/{subject}/{ticket}`: what it is about, and a button for each length."""
    found = await episode(request, Purpose.MUTE)
    buttons = "".join(f'<button name="for" value="{each}">Mute for {each}</button>' for each in LENGTHS)
    end = '<button name="for" value="0">End the mute</button>' if found.standing.mute else ""
    return _page(request, found, _form(WHO + buttons + end) + "<p>The whole alert is kept quiet.</p>")


async def mute(request: web.Request) -> web.Response:
    """`POST /go/mute/{subject}/{ticket}`: mutes the alert `for` a while, or ends its mute (`0`)."""
    found = await episode(request, Purpose.MUTE)
    fields = await _fields(request)
    alert, by, now = found.standing.alert, actor(request, fields["who"]), request.app[CLOCK].now()
    if fields["for"] == "0":
        await request.app[ALERTS].unmute(alert, tell_still_firing=False, by=by)
    elif fields["for"] in LENGTHS:
        await request.app[ALERTS].mute(alert, now + LENGTHS[fields["for"]], fields["note"] or None, by=by)
    else:
        raise ApiError(
            422, "VALIDATION_ERROR", f"for must be one of {', '.join(LENGTHS)}, or 0 to end the mute"
        )
    return _page(request, await episode(request, Purpose.MUTE))


def _page(request: web.Request, found: Opened, *parts: str) -> web.Response:
    alert = found.standing.alert
    now = request.app[CLOCK].now()
    asked = f'<p class="quiet">As of {text(clock(now, alert.timezone))}</p>'
    return page(alert.name, summary(found, now), *parts, asked)


def _form(inside: str) -> str:
    # Without an action it goes to the address of the page, however a proxy calls that.
    return f'<form method="post">{inside}</form>'


async def _fields(request: web.Request) -> dict[str, str]:
    body = (await read_bytes(request, LARGEST)).decode("utf-8", "replace")
    sent = dict(parse_qsl(body, max_num_fields=10)) if body.count("&") < 10 else {}
    longest = {"who": 60, "note": 500, "for": 10}
    return {name: cut(one_line(sent.get(name, "")), most) for name, most in longest.items()}
