"""CloudEvents over HTTP: 204, 400 where nothing was an event, and the handshake of webhooks.

Source: CloudEvents 1.0, "HTTP Protocol Binding" and "HTTP 1.1 Web Hooks for Event Delivery".
"""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.ingest import refuse, summary
from lynxalert.api.receive import receive
from lynxalert.api.refusal import Refused, Why, speaking
from lynxalert.api.reply import success

NAME = "cloudevents"


@speaking(refuse)
async def events(request: web.Request) -> web.Response:
    """`POST /cloudevents`. A body in a success would be taken for an event: there is none unless some were rejected."""
    received = await receive(request, NAME)
    rejected = received.receipt.rejected
    if not rejected:
        return web.Response(status=204)
    if not received.receipt.accepted:
        raise Refused(Why.MALFORMED, rejected[0][1])
    return success(summary(received))


async def handshake(request: web.Request) -> web.Response:
    """`OPTIONS`: whoever asks may deliver, as fast as it likes."""
    headers = {"Allow": "POST, OPTIONS"}
    if "WebHook-Request-Origin" in request.headers:
        headers |= {"WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "*"}
    return web.Response(headers=headers)
