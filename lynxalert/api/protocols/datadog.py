"""Datadog's logs intake: 202, or its list of errors."""

from __future__ import annotations

import http

from aiohttp import web

from lynxalert.api.access import authorise
from lynxalert.api.receive import receive
from lynxalert.api.refusal import Refused, Why, speaking

NAME = "datadog"


async def refuse(_request: web.Request, refused: Refused) -> web.Response:
    """The refusal as Datadog's API has it. The agent sends again what is answered with 429 or 5xx."""
    status = 403 if refused.why is Why.INVALID_TOKEN else refused.status  # as there
    title = http.HTTPStatus(status).phrase
    error = {"status": str(status), "title": title, "detail": str(refused)}
    return web.json_response({"errors": [error]}, status=status, headers=refused.retry_header)


@speaking(refuse)
async def logs(request: web.Request) -> web.Response:
    """`POST /api/v2/logs`, `/v1/input`: 202, the only status the agent takes for a success."""
    await receive(request, NAME)
    return web.json_response({}, status=202)


@speaking(refuse)
async def validate(request: web.Request) -> web.Response:
    """`GET /api/v1/validate`: whether the key is one of ours."""
    authorise(request, NAME)
    return web.json_response({"valid": True})
