"""OTLP/HTTP: `/v1/logs`, answered in the encoding of the request.

Source: OpenTelemetry Protocol specification, "OTLP/HTTP". Errors are a google.rpc.Status; clients send again what is
answered with 429 or 503 and drop the rest.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lynxalert.api.receive import receive
from lynxalert.api.refusal import Refused, Why, speaking
from lynxalert.api.reply import encode

NAME = "otlp"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
# Of google.rpc.Code.
INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, UNAUTHENTICATED = (
    3,
    7,
    8,
    13,
    14,
    16,
)
_CODES = {
    Why.UNAUTHENTICATED: UNAUTHENTICATED,
    Why.INVALID_TOKEN: UNAUTHENTICATED,
    Why.FORBIDDEN: PERMISSION_DENIED,
    Why.TOO_LARGE: RESOURCE_EXHAUSTED,
    Why.BUSY: RESOURCE_EXHAUSTED,
    Why.FULL: UNAVAILABLE,
    Why.UNWRITABLE: UNAVAILABLE,
    Why.CLOSING: UNAVAILABLE,
    Why.INTERNAL: INTERNAL,
}


def _is_protobuf(request: web.Request) -> bool:
    return request.content_type == PROTOBUF


async def refuse(request: web.Request, refused: Refused) -> web.Response:
    """The refusal as a google.rpc.Status."""
    code = _CODES.get(refused.why, INVALID_ARGUMENT)
    headers = refused.retry_header
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="LynxAlert"'
    if _is_protobuf(request):
        body = _status(code, str(refused))
        return web.Response(status=refused.status, body=body, content_type=PROTOBUF, headers=headers)
    body = encode({"code": code, "message": str(refused)})
    return web.Response(status=refused.status, body=body, content_type=JSON, headers=headers)


@speaking(refuse)
async def logs(request: web.Request) -> web.Response:
    """`POST /v1/logs`: 200, with a partial success where records were no events."""
    rejected = (await receive(request, NAME)).receipt.rejected
    message = f"record {rejected[0][0]}: {rejected[0][1]}" if rejected else ""
    if _is_protobuf(request):
        from lynxalert.ingest import otlp_messages

        return web.Response(body=otlp_messages.response(len(rejected), message), content_type=PROTOBUF)
    partial: dict[str, Any] = {"rejectedLogRecords": str(len(rejected)), "errorMessage": message}
    return web.Response(body=encode({"partialSuccess": partial} if rejected else {}), content_type=JSON)


def _status(code: int, message: str) -> bytes:
    """A google.rpc.Status in protobuf: two fields, not worth a dependency."""
    text = message.encode()
    return b"\x08" + bytes([code]) + b"\x12" + _varint(len(text)) + text


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
