"""The alerts that a dialect speaks of: those of its types, however they were made. Every dialect's way to the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api import alerts as native
from lynxalert.api.access import actor_of
from lynxalert.api.alert_json import patched, with_stored_secrets
from lynxalert.api.dialects.ids import native_id
from lynxalert.api.dialects.shape import Path, mistake, renamed
from lynxalert.api.errors import ApiError, not_found
from lynxalert.api.keys import ALERTS, CONFIGURATION
from lynxalert.api.making import alert_id
from lynxalert.api.paging import cursor, cursor_of
from lynxalert.api.ports import Standing, Told, UnknownAlertError
from lynxalert.state.listing import Wanted

USUAL, MOST = 50, 200
SENDER = "lynxalert@localhost"  # of mails, where the configuration names none

Rename = Callable[[Path], Path]


async def find(request: web.Request, kinds: Collection[str], what: str = "Alert") -> Standing:
    """The alert that the path names by its UUID or native id.

    Raises:
        ApiError: 404, none of *kinds* has it.
    """
    try:
        found = await request.app[ALERTS].find(native_id(request.match_info["id"]))
    except UnknownAlertError:
        raise not_found(what) from None
    if found.alert.metric.get("type") not in kinds:
        raise not_found(what)
    return found


async def create(
    request: web.Request,
    fields: Mapping[str, Any],
    rename: Rename,
    *,
    document: Mapping[str, Any] | None = None,
    lenient: bool = False,
) -> Standing:
    """A new alert of these native *fields*; *rename* gives the dialect's names of what is wrong with them."""
    try:
        whole, mistakes = with_stored_secrets(fields, None)
        alert, _ = native.judged(request, whole, mistakes, alert_id(request), lenient=lenient)
    except ApiError as error:
        raise renamed(error, rename) from None
    return await native.make(request, alert, document)


async def change(
    request: web.Request,
    previous: Standing,
    fields: Mapping[str, Any],
    rename: Rename,
    *,
    document: Mapping[str, Any] | None = None,
    lenient: bool = False,
) -> Standing:
    """*previous* with these native *fields* instead of its own; what the dialect does not know of stays."""
    if not fields:
        return previous
    native.writable(request, previous)
    whole = patched(previous.alert, fields)
    try:
        changed, _ = await native.changed(request, previous, whole, document=document, lenient=lenient)
    except ApiError as error:
        raise (renamed(error, rename) if error.details else error) from None
    return changed


async def delete(request: web.Request, standing: Standing, what: str = "Alert") -> None:
    """Remove it.

    Raises:
        ApiError: 404 it is gone, 409 it is an alert of the configuration file.
    """
    native.writable(request, standing)
    try:
        await request.app[ALERTS].delete(standing.alert, by=actor_of(request))
    except UnknownAlertError:
        raise not_found(what) from None


async def told(request: web.Request, standing: Standing) -> Told:
    """What became known of one alert."""
    alert_id = standing.alert.id
    return (await request.app[ALERTS].told([alert_id]))[alert_id]


async def page(
    request: web.Request, kinds: Collection[str]
) -> tuple[Sequence[tuple[Standing, Told]], str | None]:
    """A page of the alerts of *kinds*, newest first, and where the next one begins."""
    limit = limit_of(request)
    wanted = Wanted(kinds=tuple(kinds), order="created_at", descending=True)
    found, places, _ = await request.app[ALERTS].listed(wanted, limit + 1, _before(request))
    page = found[:limit]
    known = await request.app[ALERTS].told([each.alert.id for each in page])
    following = cursor([places[limit - 1], page[-1].alert.id]) if len(found) > limit else None
    return [(each, known[each.alert.id]) for each in page], following


def _before(request: web.Request) -> tuple[int, str] | None:
    match cursor_of(request):
        case None:
            return None
        case [int(place), str(alert_id)] if abs(place) < 2**63:
            return place, alert_id
        case _:
            raise mistake(["cursor"], "is not a cursor of this list", where="query")


def limit_of(request: web.Request) -> int:
    """`limit`: 50 unless said otherwise, at most 200.

    Raises:
        ApiError: 422, it is no whole number from 1 on.
    """
    text = request.query.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) >= 1):
        raise mistake(["limit"], "must be a whole number from 1 on", where="query")
    return min(int(text), MOST)


def first_address(alert: Alert) -> str | None:
    """Where the first channel leads: an address of mail or a URL."""
    for spec in alert.channels[:1]:
        if spec.type == "email":
            to = spec.config.get("to", ())
            return to if isinstance(to, str) else next(iter(to), None)
        return spec.config.get("url") or spec.config.get("webhook_url")
    return None


def email(request: web.Request, *to: str) -> dict[str, Any]:
    """The configuration of an email channel to *to*."""
    sender = request.app[CONFIGURATION].settings.email.sender
    return {"to": list(to), **({} if sender else {"from": SENDER})}
