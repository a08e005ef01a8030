"""`If-Match` and `If-None-Match` × what an object is now → 412, 304, or neither. Source: RFC 9110, 13.1.

A tag has two parts, `"version.digest"`: a change is refused only if the version is another one, a read is spared only if
nothing of the answer would differ. So how an alert stands hinders nobody from changing it, and is never hidden.
"""

from __future__ import annotations

import hashlib
import re

from aiohttp import web

from lynxalert.api.errors import ApiError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def answered(request: web.Request, response: web.Response, version: str) -> web.Response:
    """*response*, which shows an object of *version*, with its tag; 304 if whoever reads has just that."""
    assert isinstance(response.body, bytes)
    tag = f'"{version}.{hashlib.sha256(response.body).hexdigest()[:16]}"'
    response.headers["ETag"] = tag
    if request.method in ("GET", "HEAD") and _holds(request.headers.get("If-None-Match"), tag.strip('"')):
        return web.Response(status=304, headers={"ETag": tag})
    return response


def demand_version(request: web.Request, version: str, what: str) -> None:
    """Return if the object still has the version that `If-Match` names, or none is named; *what* begins the sentence.

    Raises:
        ApiError: 412.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    if version not in {each.rpartition(".")[0] or each for each in _TAG.findall(wanted)}:
        raise ApiError(
            412, "CONFLICT", f"{what} was changed in the meantime", headers={"ETag": f'"{version}"'}
        )


def _holds(header: str | None, tag: str) -> bool:
    return header is not None and (header.strip() == "*" or tag in _TAG.findall(header))
