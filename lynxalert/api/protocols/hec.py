"""Splunk's HTTP Event Collector: `/services/collector` with events, raw lines, acknowledgements and health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from lynxalert.api.access import authorise
from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import EVENTS
from lynxalert.api.protocols.acks import ACKS, CHANNEL
from lynxalert.api.receive import decode, keep
from lynxalert.api.refusal import Refused, Why, speaking
from lynxalert.api.reply import encode
from lynxalert.ingest.hec_codes import HecCode
from lynxalert.ingest.protocols.hec import Collected

NAME = "hec"

_CODES = {
    Why.INVALID_TOKEN: HecCode.INVALID_TOKEN,
    Why.FORBIDDEN: HecCode.INCORRECT_INDEX,
    Why.TOO_LARGE: HecCode.TOO_LARGE,
    Why.NO_DATA: HecCode.NO_DATA,
    Why.BAD_NAME: HecCode.INCORRECT_INDEX,
    Why.BUSY: HecCode.BUSY,
    Why.FULL: HecCode.BUSY,
    Why.UNWRITABLE: HecCode.BUSY,
    Why.CLOSING: HecCode.CLOSING,
    Why.INTERNAL: HecCode.INTERNAL,
}


def reply(
    code: HecCode, more: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer *code*, with *more* beside it."""
    body = {"text": code.text, "code": code.number, **(more or {})}
    return web.Response(
        status=code.status, body=encode(body), content_type="application/json", headers=headers
    )


async def refuse(request: web.Request, refused: Refused) -> web.Response:
    """The refusal by Splunk's number for it."""
    if refused.why is Why.UNAUTHENTICATED:
        return _who(request)
    if refused.why is Why.UNKNOWN_ENCODING:
        body = {"text": HecCode.INVALID_FORMAT.text, "code": HecCode.INVALID_FORMAT.number}
        return web.json_response(body, status=415)
    return reply(_CODES.get(refused.why, HecCode.INVALID_FORMAT), headers=refused.retry_header)


def _who(request: web.Request) -> web.Response:
    """Why no token was found: none given, given where it is not looked for, or in a form nobody knows."""
    headers = {"WWW-Authenticate": 'Splunk realm="LynxAlert"'}
    if request.headers.get("Authorization", "").strip().partition(" ")[2].strip():
        return reply(HecCode.INVALID_AUTHORIZATION, headers=headers)
    if "token" in request.query:
        return reply(HecCode.QUERY_TOKEN)
    return reply(HecCode.TOKEN_REQUIRED, headers=headers)


@speaking(refuse)
async def collect(request: web.Request) -> web.Response:
    """`POST /services/collector[/event|/raw]`: the code of success, or that of the first event that is none."""
    channel = _channel(request)
    if channel is not None and CHANNEL.fullmatch(channel) is None:
        authorise(request, NAME)
        return reply(HecCode.INVALID_CHANNEL)
    found = await decode(request, NAME)
    assert isinstance(found, Collected)
    await keep(request, NAME, found)
    if found.failure is not None:
        return reply(found.failure.code, {"invalid-event-number": found.failure.number})
    if channel is None:
        return reply(HecCode.SUCCESS)
    return reply(HecCode.SUCCESS, {"ackId": request.app[ACKS].issue(channel)})


@speaking(refuse)
async def acknowledged(request: web.Request) -> web.Response:
    """`POST /services/collector/ack`: `{"acks": [0, 1]}` → whether the events behind each id are stored."""
    authorise(request, NAME)
    channel = _channel(request)
    if channel is None:
        return reply(HecCode.CHANNEL_MISSING)
    if CHANNEL.fullmatch(channel) is None:
        return reply(HecCode.INVALID_CHANNEL)
    try:
        asked = orjson.loads(await read_bytes(request))
    except (orjson.JSONDecodeError, ApiError):
        return reply(HecCode.INVALID_FORMAT)
    ids = asked.get("acks") if isinstance(asked, dict) else None
    if not isinstance(ids, list) or not all(type(each) is int for each in ids):
        return reply(HecCode.INVALID_FORMAT)
    return web.json_response({"acks": request.app[ACKS].status(channel, ids)})


@speaking(refuse)
async def health(request: web.Request) -> web.Response:
    """`GET /services/collector/health`: whether events are taken. A token is checked only if one is given."""
    if request.headers.get("Authorization"):
        authorise(request, NAME)
    failure = request.app[EVENTS].counters().failure
    return reply(HecCode.HEALTHY if failure is None else HecCode.UNHEALTHY)


async def options(_request: web.Request) -> web.Response:
    """`OPTIONS`: 200, by which Docker's driver knows a collector."""
    return web.Response(headers={"Allow": "POST, OPTIONS"})


def _channel(request: web.Request) -> str | None:
    return request.headers.get("X-Splunk-Request-Channel") or request.query.get("channel")
