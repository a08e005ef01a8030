"""`/v1/alerts/{id}/history` and `/notifications`: what happened, newest first, in Checkrd's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.dialects import shelf
from lynxalert.api.dialects.checkrd import reply
from lynxalert.api.dialects.checkrd_shapes import KINDS, seconds, state, target
from lynxalert.api.keys import ALERTS
from lynxalert.api.paging import cursor, number_of
from lynxalert.api.records import Reader

_CHANGES = ("fired", "resolved", "no_data")  # a repetition, a tier or flapping changes no state of theirs
_STATUSES = {"delivered": "delivered", "collapsed": "delivered", "failed": "failed"}
_KNOWN = 1_000  # transitions, newest first, that say which value a message was about


async def history(request: web.Request) -> web.Response:
    """`GET /v1/alerts/{id}/history`: each change of state, with the value that caused it."""
    alert = (await shelf.find(request, KINDS)).alert

    def change(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if row["kind"] not in _CHANGES:
            return None
        return {
            "id": f"{alert.id}-{row['number']}",
            "previous_state": state(row["previous"]),
            "new_state": "resolved" if row["kind"] == "resolved" else state(row["condition"]),
            "observed_value": row["value"],
            "threshold": alert.metric.get("threshold"),
            "reason": row["reason"],
            "evaluated_at": seconds(row["at"]),
        }

    return await _page(request, alert, request.app[ALERTS].history, change)


async def notifications(request: web.Request) -> web.Response:
    """`GET /v1/alerts/{id}/notifications`: each message that went out, or is to."""
    alert = (await shelf.find(request, KINDS)).alert
    told = await request.app[ALERTS].history(alert, _KNOWN, None)
    values = {(each["episode"], each["sequence"]): each["value"] for each in told}

    def sent(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if row["status"] == "suppressed":
            return None
        status = _STATUSES.get(row["status"], "retrying")
        current = alert.channels and alert.channels[0].name == row["channel"]["name"]
        return {
            "id": row["id"],
            "channel": row["channel"]["type"],
            "channel_target": target(alert) if current else None,
            "observed_value": values.get((row["episode"], row["sequence"])),
            "threshold": alert.metric.get("threshold"),
            "condition_type": alert.metric["type"],
            "alert_state": "resolved" if row["kind"] == "resolved" else "firing",
            "status": status,
            "attempt": row["attempts"],
            "error_message": row["error"],
            "created_at": seconds(row["created_at"]),
            "delivered_at": seconds(row["settled_at"]) if status == "delivered" else None,
        }

    return await _page(request, alert, request.app[ALERTS].notifications, sent)


async def _page(
    request: web.Request,
    alert: Alert,
    read: Reader,
    told: Callable[[Mapping[str, Any]], Mapping[str, Any] | None],
) -> web.Response:
    """What of the rows is *told*, as many as are asked for."""
    limit, before = shelf.limit_of(request), number_of(request)
    data: list[tuple[int, Mapping[str, Any]]] = []
    while len(data) <= limit:
        rows = await read(alert, limit + 1, before, ())
        data += [(row["number"], found) for row in rows if (found := told(row)) is not None]
        if len(rows) <= limit:
            break
        before = rows[-1]["number"]
    page, more = data[:limit], len(data) > limit
    following = cursor(page[-1][0]) if more else None
    return reply({"data": [each for _, each in page], "has_more": more, "next_cursor": following})
