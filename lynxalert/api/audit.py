"""`GET /audit`: who changed what, newest first."""

from __future__ import annotations

import dataclasses

from aiohttp import web

from lynxalert.api.filters import oldest_first, only
from lynxalert.api.keys import AUDIT
from lynxalert.api.paging import USUAL, cursor, limit_of, number_of
from lynxalert.api.reply import success

FILTERS = ("who", "action", "object_id", "key_id", "address")


async def index(request: web.Request) -> web.Response:
    """`GET /audit`: paged by `limit` and `cursor`, oldest first with `sort=at`.

    `who`, `action`, `object_id`, `key_id`, `address` choose.

    """
    only(request, (*FILTERS, "sort"))
    first = oldest_first(request, "at")
    wanted = {name: request.query[name] for name in FILTERS if name in request.query}
    limit, before = limit_of(request, USUAL) or USUAL, number_of(request)
    found = await request.app[AUDIT].listed(limit=limit + 1, before=before, oldest_first=first, **wanted)
    page = found[:limit]
    more = len(found) > limit
    meta = {"has_more": more, "next_cursor": cursor(page[-1].number) if more else None}
    return success({"changes": [dataclasses.asdict(each) for each in page]}, meta=meta)
