"""`/alerts/{id}/chart.png`, `/go/chart/…`: the value an alert watches, over its last slots, as a picture."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.alerts.keys import key_of
from lynxalert.alerts.schedule import as_of, previous_slot
from lynxalert.api.alerts import find
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.keys import ALERTS, CHARTS, CLOCK
from lynxalert.api.links.opening import alert as alert_of
from lynxalert.api.links.opening import opened, told_of
from lynxalert.api.ports import Standing
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Section
from lynxalert.notify.chart import Pictured, placeholder
from lynxalert.notify.links import Purpose

HEADERS = {"Cache-Control": "private, max-age=60", "X-Content-Type-Options": "nosniff"}


class Chosen(Section):
    """Which chart: of the instance `key`, the JSON of its by-fields; up to `at`."""

    key: str | None = None
    at: str | None = None


async def chart(request: web.Request) -> web.Response:
    """`GET /alerts/{id}/chart.png`: of the instance `key` (what fires, else any), up to `at` (the last slot)."""
    standing = await find(request)
    instance = await _instance(request, standing)
    key = instance["key"] if instance is not None else {}
    fired = instance["started"] if instance is not None else None
    at = _moment(request) or latest(request, standing)
    drawn = await request.app[CHARTS].draw(
        Pictured(alert=standing.alert, key=key_of(key), at=at, fired=fired if fired and fired <= at else None)
    )
    if drawn is None:
        raise ApiError(404, "NOT_FOUND", "there are no values to draw, or they could not be had soon")
    return web.Response(body=drawn, content_type="image/png", headers=HEADERS)


async def linked(request: web.Request) -> web.Response:
    """`GET /go/chart/{subject}/{ticket}.png`: of an episode, up to a time; where there is nothing to draw it says so."""
    alert_id, episode, seconds = opened(request, Purpose.CHART)
    alert = (await alert_of(request, alert_id)).alert
    told = await told_of(request, alert, episode)
    at = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    drawn = None
    if told is not None:
        pictured = Pictured(alert=alert, key=key_of(told["key"]), at=at, fired=told["started"])
        drawn = await request.app[CHARTS].draw(pictured)
    return web.Response(body=drawn or placeholder(), content_type="image/png", headers=HEADERS)


def latest(request: web.Request, standing: Standing) -> dt.datetime:
    """T of the last slot."""
    if standing.checked is not None:
        return standing.checked
    now = request.app[CLOCK].now()
    return as_of(standing.alert, previous_slot(standing.alert, now) or now)


async def _instance(request: web.Request, standing: Standing) -> Mapping[str, Any] | None:
    """The instance asked for; where none is, the one that fires longest, else the first."""
    found = await request.app[ALERTS].instances(standing.alert)
    wanted = _key(request)
    if wanted is not None:
        return next((each for each in found if each["key"] == wanted), {"key": wanted, "started": None})
    firing = [each for each in found if each["started"]]
    return min(firing, key=lambda each: each["started"]) if firing else next(iter(found), None)


def _key(request: web.Request) -> dict[str, Any] | None:
    text = request.query.get("key")
    if text is None:
        return None
    try:
        key = json.loads(text)
    except ValueError:
        key = None
    if not isinstance(key, dict):
        raise invalid([Mistake(("key",), 'must be the key of an instance, such as {"host": "web1"}')])
    return key


def _moment(request: web.Request) -> dt.datetime | None:
    text = request.query.get("at")
    if text is None:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid([Mistake(("at",), "must be a time with its zone such as 2026-02-14T13:25:00Z")])
    return at.astimezone(dt.UTC)
