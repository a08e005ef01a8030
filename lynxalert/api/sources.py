"""`/sources`: who sends events."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lynxalert.api.asking import Range, ask_further, from_url, range_of
from lynxalert.api.paging import page_of
from lynxalert.api.reply import success

MOST_SOURCES = 10_000
GROUPED = (
    'eval sourcetype=coalesce(sourcetype, "") '
    "| stats count as events, min(_time) as first_seen, max(_time) as last_seen by index, source, sourcetype"
)


class AboutSources(Range):
    """A stretch of the list is asked for by `limit` and `cursor`, which paging reads."""

    limit: int | None = None
    cursor: str | None = None


async def index(request: web.Request) -> web.Response:
    """`GET /sources`: index, source and sourcetype (null: none given) with how many events, since when, until when."""
    asked = range_of(AboutSources, from_url(request, "limit"))
    result = await ask_further(request, asked, GROUPED, limit=MOST_SOURCES)
    rows: list[dict[str, Any]] = sorted((dict(row) for row in result.rows), key=_key)
    page, meta = page_of(request, rows, _key)
    found = [{**row, "sourcetype": row["sourcetype"] or None} for row in page]
    return success({"sources": found}, meta={**(meta or {}), "truncated": result.truncated})


def _key(row: dict[str, Any]) -> list[str]:
    return [row["index"], row["source"], row["sourcetype"]]
