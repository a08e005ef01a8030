"""`/alerts/{id}/history`, `/notifications`, `/evaluations`, `/instances`: what happened, newest first unless asked otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

from lynxalert.alerts import Alert, Kind
from lynxalert.api.alerts import find
from lynxalert.api.filters import oldest_first, only, words
from lynxalert.api.keys import ALERTS
from lynxalert.api.paging import USUAL, cursor, limit_of, number_of
from lynxalert.api.reply import success
from lynxalert.notify.model import Status


class Reader(Protocol):
    """What tells a list of an alert: so many, behind that number, of these kinds."""

    def __call__(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str],
        *,
        oldest_first: bool = False,
    ) -> Awaitable[Sequence[Mapping[str, Any]]]:
        """The rows, each with a `number`."""
        ...


OF_EVALUATIONS = ("judged", "error", "gap")


async def history(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/history`: transitions; `kind` chooses, `sort=at` begins with the oldest."""
    return await _page(request, "history", request.app[ALERTS].history, "kind", Kind)


async def notifications(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/notifications`: deliveries; `status` chooses, `sort=created_at` begins with the oldest."""
    return await _page(request, "notifications", request.app[ALERTS].notifications, "status", Status)


async def evaluations(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/evaluations`: every slot judged, failed or skipped; `kind` chooses, `sort=at` begins with the oldest."""
    return await _page(request, "evaluations", request.app[ALERTS].evaluations, "kind", OF_EVALUATIONS)


async def instances(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/instances`: every instance by its key."""
    alert = (await find(request)).alert
    return success({"instances": await request.app[ALERTS].instances(alert)})


async def _page(
    request: web.Request, name: str, read: Reader, choosing: str, known: Iterable[str]
) -> web.Response:
    only(request, (choosing, "sort"))
    first = oldest_first(request, "created_at" if name == "notifications" else "at")
    alert = (await find(request)).alert
    limit = limit_of(request, USUAL) or USUAL
    before = number_of(request)
    kinds = words(request, choosing, [str(each) for each in known])
    rows = await read(alert, limit + 1, before, kinds, oldest_first=first)
    page = rows[:limit]
    more = len(rows) > limit
    meta = {"has_more": more, "next_cursor": cursor(page[-1]["number"]) if more else None}
    return success({name: page}, meta=meta)
