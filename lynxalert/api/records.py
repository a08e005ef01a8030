"""`/alerts/{id}/history`, `/notifications`, `/evaluations`, `/instances`: what happened, newest first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.alerts import find
from lynxalert.api.keys import ALERTS
from lynxalert.api.paging import USUAL, cursor, limit_of, number_of
from lynxalert.api.reply import success

Reader: TypeAlias = Callable[[Alert, int, int | None], Awaitable[Sequence[Mapping[str, Any]]]]


async def history(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/history`: transitions."""
    return await _page(request, "history", request.app[ALERTS].history)


async def notifications(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/notifications`: deliveries."""
    return await _page(request, "notifications", request.app[ALERTS].notifications)


async def evaluations(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/evaluations`: every slot judged, failed or skipped."""
    return await _page(request, "evaluations", request.app[ALERTS].evaluations)


async def instances(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/instances`: every instance by its key."""
    alert = (await find(request)).alert
    return success({"instances": await request.app[ALERTS].instances(alert)})


async def _page(request: web.Request, name: str, read: Reader) -> web.Response:
    alert = (await find(request)).alert
    limit = limit_of(request, USUAL) or USUAL
    before = number_of(request)
    rows = await read(alert, limit + 1, before)
    page = rows[:limit]
    more = len(rows) > limit
    meta = {"has_more": more, "next_cursor": cursor(page[-1]["number"]) if more else None}
    return success({name: page}, meta=meta)
