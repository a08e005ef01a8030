"""Values → replies as Elasticsearch gives them: its product header, media types and form of errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.api.protocols.filter_path import filtered
from lynxalert.api.refusal import Refused, Why
from lynxalert.api.reply import encode

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
COMPATIBLE = re.compile(r"application/vnd\.elasticsearch\+\w+\s*;\s*compatible-with=(\d+)")
REALM = 'Basic realm="LynxAlert", charset="UTF-8"'

_TYPES = {
    Why.UNAUTHENTICATED: "security_exception",
    Why.INVALID_TOKEN: "security_exception",
    Why.FORBIDDEN: "security_exception",
    Why.TOO_LARGE: "content_too_long_exception",
    Why.BAD_NAME: "invalid_index_name_exception",
    Why.BUSY: "es_rejected_execution_exception",
    Why.FULL: "cluster_block_exception",
    Why.UNWRITABLE: "cluster_block_exception",
    Why.CLOSING: "es_rejected_execution_exception",
    Why.INTERNAL: "exception",
}


def reply(
    request: web.Request, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """*value* as JSON in the media type that the client asks for, reduced by its `filter_path`."""
    patterns = request.query.get("filter_path", "")
    compatible = COMPATIBLE.search(request.headers.get("Accept", ""))
    media = (
        f"application/vnd.elasticsearch+json;compatible-with={compatible[1]}"
        if compatible
        else "application/json"
    )
    return web.Response(
        status=status,
        body=encode(filtered(value, patterns) if patterns else value),
        headers={"Content-Type": media, **PRODUCT, **(headers or {})},
    )


def error_type(refused: Refused) -> str:
    """Which of Elasticsearch's exceptions stands for the refusal."""
    return _TYPES.get(refused.why, "parse_exception")


async def refuse(request: web.Request, refused: Refused) -> web.Response:
    """The refusal as Elasticsearch words it. A full disk is 429."""
    status = 429 if refused.why is Why.FULL else refused.status
    headers = refused.retry_header
    if status == 401:
        headers["WWW-Authenticate"] = REALM
    cause = {"type": error_type(refused), "reason": str(refused)}
    body = {"error": {"root_cause": [cause], **cause}, "status": status}
    return reply(request, body, status=status, headers=headers)
