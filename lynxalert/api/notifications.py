"""`/notifications`, `/channels`: what was owed to whom over all alerts, and how the channels are."""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.access import actor_of
from lynxalert.api.errors import ApiError, not_found
from lynxalert.api.filters import oldest_first, only, words
from lynxalert.api.keys import NOTIFICATIONS
from lynxalert.api.paging import USUAL, cursor, limit_of, number_of
from lynxalert.api.ports import NotFailedError, UnknownDeliveryError
from lynxalert.api.reply import success
from lynxalert.notify.model import Status


async def index(request: web.Request) -> web.Response:
    """`GET /notifications`: deliveries of all alerts, newest first; `status`, `alert`, `channel` choose.

    `sort=created_at` begins with the oldest.
    """
    only(request, ("status", "alert", "channel", "sort"))
    limit, before = limit_of(request, USUAL) or USUAL, number_of(request)
    rows = await request.app[NOTIFICATIONS].listed(
        limit + 1,
        before,
        alert_id=request.query.get("alert"),
        status=[Status(each) for each in words(request, "status", [str(each) for each in Status])],
        channel=request.query.get("channel"),
        oldest_first=oldest_first(request, "created_at"),
    )
    page, more = rows[:limit], len(rows) > limit
    meta = {"has_more": more, "next_cursor": cursor(page[-1]["number"]) if more else None}
    return success({"notifications": page}, meta=meta)


async def get(request: web.Request) -> web.Response:
    """`GET /notifications/{id}`: one, with every attempt."""
    try:
        return success(await request.app[NOTIFICATIONS].find(request.match_info["id"]))
    except UnknownDeliveryError:
        raise not_found("Notification") from None


async def retry(request: web.Request) -> web.Response:
    """`POST /notifications/{id}/retry`: 202; a failed one is owed again, at once."""
    try:
        found = await request.app[NOTIFICATIONS].retry(request.match_info["id"], by=actor_of(request))
    except UnknownDeliveryError:
        raise not_found("Notification") from None
    except NotFailedError as error:
        raise ApiError(409, "CONFLICT", str(error)) from None
    return success(found, status=202)


async def channels(request: web.Request) -> web.Response:
    """`GET /channels`: every channel with how it is."""
    return success({"channels": await request.app[NOTIFICATIONS].channels()})
