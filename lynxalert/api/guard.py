"""Every request → who asks, and whether they may: one middleware over the table of `rules`."""

from __future__ import annotations

from aiohttp import web

from lynxalert.access import ANYONE, Role
from lynxalert.access.doorkeeper import StrangerError, TooManyTriesError
from lynxalert.api.access import CALLER, Caller, credentials, demand, one_of
from lynxalert.api.errors import ApiError, Endpoint
from lynxalert.api.keys import CONFIGURATION, DOORKEEPER, ENDING
from lynxalert.api.refusal import Refused, Why
from lynxalert.api.rules import rule_of


@web.middleware
async def guard(request: web.Request, handler: Endpoint) -> web.StreamResponse:
    """Let the request through to its endpoint if the rule allows it.

    Where events come in, `access.authorise` and the store decide instead: each protocol has words of its own for a refusal.
    """
    request[CALLER] = await _caller(request)
    if request.match_info.http_exception is None:
        needed = rule_of(request.match_info.handler)
        if needed is not None and needed is not Role.INGEST:
            demand(request, needed)
            if request.app[ENDING].is_set():
                raise ApiError(503, "SHUTTING_DOWN", "the daemon stops", headers={"Retry-After": "5"})
    return await handler(request)


async def _caller(request: web.Request) -> Caller:
    doorkeeper = request.app[DOORKEEPER]
    if doorkeeper is None:
        return Caller(ANYONE)
    shown = credentials(request)
    if not shown:
        return Caller(None, Refused(Why.UNAUTHENTICATED, "a key is required"))
    sending = request.app[CONFIGURATION].settings.ingest.keys
    if one_of(shown, [key for each in sending.values() for key in each]):
        return Caller(None, Refused(Why.INVALID_TOKEN, "this key only sends events, and not here"))
    try:
        return Caller(await doorkeeper.identify(shown, request.remote or ""))
    except StrangerError as error:
        return Caller(None, Refused(Why.INVALID_TOKEN, str(error)))
    except TooManyTriesError as error:
        return Caller(None, Refused(Why.BUSY, str(error), retry_after=error.seconds))
