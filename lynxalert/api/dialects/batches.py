"""`/v2/push`, `/v1/telemetry`, `/v3/call-events`: what the products' clients send, each with the reply its clients wait for."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web

from lynxalert.api.access import authorise
from lynxalert.api.dialects.refusing import refuse
from lynxalert.api.errors import ApiError, told
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.receive import decode, keep, receive
from lynxalert.api.refusal import speaking
from lynxalert.api.repeats import HEADER, REPEATS
from lynxalert.api.reply import encode
from lynxalert.ingest.protocols.push import Pushed


@speaking(refuse)
async def push(request: web.Request) -> web.Response:
    """`POST /v2/push`, `/api/v1/push`: the reply satisfies the documentation and the command line at once.

    A `push_id` that came before is 409, which the command line takes for a success.
    """
    skills = request.app[CONFIGURATION].settings.ingest.skills
    pushed = await decode(request, "push", settings={"skills": skills})
    assert isinstance(pushed, Pushed)
    fresh = False

    async def store() -> dict[str, Any]:
        nonlocal fresh
        fresh = True
        await keep(request, "push", pushed)
        return {}

    await request.app[REPEATS].once(pushed.push_id and f"push {pushed.push_id}", store)
    if not fresh:
        return told(request, ApiError(409, "ALREADY_EXISTS", f"push {pushed.push_id} was accepted before"))
    return _json(
        {
            "ok": True,
            "accepted": pushed.accepted,
            "status": "accepted",
            "push_id": pushed.push_id or str(uuid.uuid4()),
            "success": True,
            "errors": [],
        }
    )


@speaking(refuse)
async def telemetry(request: web.Request) -> web.Response:
    """`POST /v1/telemetry`: all events of a batch, or 400."""
    return await _counted(request, "telemetry")


@speaking(refuse)
async def call_events(request: web.Request) -> web.Response:
    """`POST /v3/call-events`: all events of a batch, or 422."""
    return await _counted(request, "calls")


async def _counted(request: web.Request, name: str) -> web.Response:
    authorise(request, name)
    key = request.headers.get(HEADER)

    async def store() -> dict[str, Any]:
        return {"accepted": (await receive(request, name)).receipt.accepted}

    return _json(await request.app[REPEATS].once(key and f"{name} {key}", store))


def _json(body: dict[str, Any]) -> web.Response:
    return web.Response(body=encode(body), content_type="application/json")
