"""Loki's push: 204, or a line of text that says what is wrong."""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.receive import receive
from lynxalert.api.refusal import Refused, speaking

NAME = "loki"


async def refuse(_request: web.Request, refused: Refused) -> web.Response:
    """The refusal as a line of text. Clients send again what is answered with 429 or 5xx."""
    headers = refused.retry_header
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="LynxAlert"'
    return web.Response(status=refused.status, text=f"{refused}\n", headers=headers)


@speaking(refuse)
async def push(request: web.Request) -> web.Response:
    """`POST /loki/api/v1/push`. Protobuf comes as a block of snappy, which nobody declares."""
    protobuf = request.content_type == "application/x-protobuf"
    await receive(request, NAME, implied="snappy" if protobuf else None)
    return web.Response(status=204)
