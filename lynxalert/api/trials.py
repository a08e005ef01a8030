"""`/alerts/{id}/test`, `/alerts/test`, `/alerts/{id}/test-channels`: trying an alert out, saved or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.alerts.failure import EvaluationError
from lynxalert.api.access import actor_of
from lynxalert.api.alert_json import fields_of, patched, with_stored_secrets
from lynxalert.api.alerts import find, judged
from lynxalert.api.body import read_object
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.injected import injected
from lynxalert.api.keys import CLOCK, REHEARSAL
from lynxalert.api.reply import success
from lynxalert.api.trying import Injected
from lynxalert.config.alert import fresh_id
from lynxalert.config.mistakes import Mistake


async def test(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/test`: what an evaluation would do now; fields in the body stand instead of the stored ones."""
    alert = (await find(request)).alert
    body = await read_object(request, optional=True)
    at, events = _moment(request, body), _events(body)
    if body:
        fields, mistakes = with_stored_secrets(patched(alert, body), alert)
        alert, _ = judged(request, fields, mistakes, alert.id)
    return await _dry_run(request, alert, at, events)


async def test_unsaved(request: web.Request) -> web.Response:
    """`POST /alerts/test`: the same for a definition that is not saved."""
    body = await read_object(request)
    at, events = _moment(request, body), _events(body)
    fields, mistakes = with_stored_secrets(fields_of(body), None)
    alert, _ = judged(request, fields, mistakes, fresh_id())
    return await _dry_run(request, alert, at, events)


async def test_channels(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/test-channels`: a real `[TEST]` message to every enabled channel; 200 even where it fails."""
    alert = (await find(request)).alert
    return success({"results": await request.app[REHEARSAL].send_test(alert, by=actor_of(request))})


async def _dry_run(
    request: web.Request, alert: Alert, at: dt.datetime, events: Sequence[Injected] | None
) -> web.Response:
    try:
        return success(await request.app[REHEARSAL].dry_run(alert, at, events))
    except EvaluationError as error:
        raise ApiError(
            422, "INVALID_QUERY", str(error), details=[{"path": ["q"], "message": str(error)}]
        ) from None


def _moment(request: web.Request, body: dict[str, Any]) -> dt.datetime:
    """`at` of *body*, taken out of it; default now."""
    at = body.pop("at", None)
    if at is None:
        return request.app[CLOCK].now()
    try:
        instant = dt.datetime.fromisoformat(at)
    except (TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise invalid([Mistake(("at",), "must be a time with its zone such as 2026-02-14T13:25:00Z")])
    return instant.astimezone(dt.UTC)


def _events(body: dict[str, Any]) -> Sequence[Injected] | None:
    """`events` of *body*, taken out of it: judged instead of what is stored."""
    raw = body.pop("events", None)
    return None if raw is None else injected(raw)
