"""`GET /audit`: who changed what, newest first."""

from __future__ import annotations

import dataclasses

from aiohttp import web

from lynxalert.api.errors import invalid
from lynxalert.api.keys import AUDIT
from lynxalert.api.paging import USUAL, cursor, cursor_of, limit_of
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.registry import suggest

FILTERS = ("who", "action", "object_id", "key_id", "address")


async def index(request: web.Request) -> web.Response:
    """`GET /audit`: paged by `limit` and `cursor`; `who`, `action`, `object_id`, `key_id`, `address` choose."""
    wanted = {name: value for name, value in request.query.items() if name not in {"limit", "cursor"}}
    for name in wanted:
        if name not in FILTERS:
            near = suggest(name, FILTERS)
            raise invalid(
                [Mistake((name,), "is not a filter", help=f"did you mean `{near}`?" if near else None)]
            )
    limit, before = limit_of(request, USUAL) or USUAL, cursor_of(request)
    if before is not None and type(before) is not int:
        raise invalid([Mistake(("cursor",), "is not a cursor of this list")])
    found = await request.app[AUDIT].listed(limit=limit + 1, before=before, **wanted)
    page = found[:limit]
    more = len(found) > limit
    meta = {"has_more": more, "next_cursor": cursor(page[-1].number) if more else None}
    return success({"changes": [dataclasses.asdict(each) for each in page]}, meta=meta)
