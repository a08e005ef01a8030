"""`/go/query/…`: the query of an alert over the window of a message; run when somebody presses the button."""

from __future__ import annotations

import datetime as dt
import shlex

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.asking import in_turn
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.links.html import block, page, table, text
from lynxalert.api.links.looking import clock
from lynxalert.api.links.opening import alert as alert_of
from lynxalert.api.links.opening import opened
from lynxalert.clock import rfc3339
from lynxalert.lang import QueryError
from lynxalert.notify.links import Purpose
from lynxalert.plan import TimeWindow

MOST_ROWS = 100


async def ask(request: web.Request) -> web.Response:
    """`GET /go/query/{subject}/{ticket}`: query and window; with `?run=1` also its rows."""
    alert_id, *bounds = opened(request, Purpose.QUERY)
    alert = (await alert_of(request, alert_id)).alert
    start, end = (dt.datetime.fromtimestamp(int(each), dt.UTC) for each in bounds)
    window = TimeWindow(start, end, "_indextime" if alert.time == "ingest" else "_time")
    by_hand = (
        f"lynxalert query {shlex.quote(alert.query)} --earliest {rfc3339(start)} --latest {rfc3339(end)}"
    )
    return page(
        f"{alert.name}: query",
        f"<p>{text(clock(start, alert.timezone))} – {text(clock(end, alert.timezone))}</p>",
        block([alert.query]),
        await _rows(request, alert, window, end)
        if request.query.get("run") == "1"
        else '<form method="get"><button name="run" value="1">Run it</button></form>',
        f"<p>By hand:</p>{block([by_hand])}",
    )


async def _rows(request: web.Request, alert: Alert, window: TimeWindow, end: dt.datetime) -> str:
    engine = request.app[CONFIGURATION].engine
    try:
        found = await in_turn(
            request,
            lambda stop: engine.under(stop).query(
                alert.query, now=end, window=window, timezone=alert.timezone, limit=MOST_ROWS
            ),
        )
    except QueryError as error:
        raise ApiError(422, "INVALID_QUERY", str(error)) from None
    rows = table(found.rows, found.columns) or "<p>No rows.</p>"
    more = f"<p>Only the first {MOST_ROWS} rows are shown.</p>" if found.truncated else ""
    return rows + more
