"""What goes wrong → the error bodies of each product: one function per dialect, whoever noticed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.api.errors import ApiError, Voice
from lynxalert.api.reply import encode

_CHECKRD_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found",
    429: "rate_limit_error",
}


def selftune(error: ApiError) -> web.Response:
    """`{"error": …}`; of a wrong field with `details`: its path and what is wrong with it. 400."""
    if error.details:
        first = error.details[0]
        message = "Required" if first.get("type") == "missing" else first["message"]
        details = {"path": first.get("path", []), "message": message}
        return _reply(400, {"error": "Validation failed", "details": details}, error)
    text = "Unauthorized" if error.status == 401 else str(error)
    return _reply(error.status, {"error": text}, error)


def checkrd(error: ApiError) -> web.Response:
    """`{"error": {"type", "code", "message", "param"?}}`; wrong fields are 400."""
    status = 400 if error.status == 422 else error.status
    kind = _CHECKRD_TYPES.get(status, "internal_error" if status >= 500 else "invalid_request_error")
    said: dict[str, Any] = {"type": kind, "code": error.code.lower(), "message": str(error)}
    if error.details:
        first = error.details[0]
        name = ".".join(map(str, first.get("path", [])))
        said["code"] = "missing_required_field" if first.get("type") == "missing" else "invalid_field"
        text = str(first["message"])  # native ones begin with the name already
        said |= {"message": text if text.startswith(name) else f"{name} {text}", "param": name or None}
    headers = {}
    if "Retry-After" in error.headers:  # their client obeys its own word first
        headers["retry-after-ms"] = str(int(error.headers["Retry-After"]) * 1000)
    return _reply(status, {"error": said}, error, headers)


def vox(error: ApiError) -> web.Response:
    """`{"detail": …}`, as FastAPI has it: a list of `loc`, `msg`, `type` with 422, else a text."""
    if error.details:
        detail = [_located(each) for each in error.details]
        return _reply(422, {"detail": detail}, error)
    if error.code == "INVALID_JSON":
        detail = [{"loc": ["body"], "msg": str(error), "type": "json_invalid"}]
        return _reply(422, {"detail": detail}, error)
    return _reply(error.status, {"detail": str(error)}, error)


def _located(detail: Mapping[str, Any]) -> dict[str, Any]:
    path = list(detail.get("path", []))
    where = detail.get("in", "query" if path == ["cursor"] else "body")
    return {"loc": [where, *path], "msg": detail["message"], "type": detail.get("type", "value_error")}


def _reply(
    status: int, body: Mapping[str, Any], error: ApiError, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        status=status,
        body=encode(body),
        content_type="application/json",
        headers={**error.headers, **(headers or {})},
    )


BY_ADDRESS: Mapping[str, Voice] = {
    "/compat/selftune": selftune,
    "/v2/push": selftune,
    "/api/v1/push": selftune,
    "/v1/alerts": checkrd,
    "/v1/telemetry": checkrd,
    "/v3": vox,
}
