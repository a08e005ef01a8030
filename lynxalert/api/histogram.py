"""`/histogram`: how many events when, perhaps by the values of a field."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from lynxalert.api.asking import Range, ask_further, from_url, range_of, window_of
from lynxalert.api.errors import invalid
from lynxalert.api.keys import CLOCK
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.lang.quoting import quoted

MOST_BUCKETS = 2_000
WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)  # seconds
DAYS = (1, 2, 7, 14, 28, 91, 182, 364, 3_640, 36_400)
DAY = 86_400
SPAN = re.compile(r"([1-9]\d{0,4})(s|m|h|d|w)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


class AboutTime(Range):
    """*span* is the width of a bucket; without it at most *buckets* of a round width cover the range."""

    by: str | None = None
    span: str | None = None
    buckets: Annotated[int, Field(ge=1, le=MOST_BUCKETS)] = 60
    series: Annotated[int, Field(ge=1, le=100)] = 10  # values of `by` apart; the others are OTHER


async def histogram(request: web.Request) -> web.Response:
    """`GET /histogram`: every bucket of the range with its count, zeros included; with `by` a count per value."""
    asked = range_of(AboutTime, from_url(request, "buckets", "series"))
    window = window_of(asked, request.app[CLOCK].now())
    length = window.end - window.start if window.start and window.end else dt.timedelta()
    span = asked.span or _span(length, asked.buckets)
    _check(span, length)
    split = "" if asked.by is None else f" by {quoted(asked.by)}"
    further = f"timechart span={span} limit={asked.series} count{split}"
    result = await ask_further(request, asked, further, limit=MOST_BUCKETS + 2)
    found = [_bucket(row, split=bool(split)) for row in result.rows]
    answer = {
        "span": span,
        "by": asked.by,
        "window": {"start": result.window.start, "end": result.window.end},
    }
    return success({**answer, "buckets": found})


def _bucket(row: Any, *, split: bool) -> dict[str, Any]:
    values = dict(row)
    start = values.pop("_time")
    return {"start": start, "counts": values} if split else {"start": start, "count": values["count"]}


def _span(length: dt.timedelta, buckets: int) -> str:
    """The least round width with which *buckets* cover *length*; one bucket may be cut at each end."""
    for width in WIDTHS:
        if length <= width * buckets * dt.timedelta(seconds=1):
            return f"{width}s"
    return next(
        (f"{days}d" for days in DAYS if length <= days * buckets * dt.timedelta(days=1)), f"{DAYS[-1]}d"
    )


def _check(span: str, length: dt.timedelta) -> None:
    match = SPAN.fullmatch(span)
    if match is None:
        raise invalid([Mistake(("span",), "must be a duration such as 30s, 5m, 1h or 1d")])
    width = dt.timedelta(seconds=int(match[1]) * SECONDS[match[2]])
    if length > width * MOST_BUCKETS:
        raise invalid(
            [Mistake(("span",), f"would make more than {MOST_BUCKETS:,} buckets; take a wider one")]
        )
