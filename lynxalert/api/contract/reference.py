"""`GET /openapi.json`, `/docs`: the contract for programs and for people."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from lynxalert.api.contract.document import Document
from lynxalert.api.contract.page import page as rendered
from lynxalert.api.reply import encode

DOCUMENT: web.AppKey[Callable[[], Document]] = web.AppKey("document")  # made when it is first asked for
# Nothing of the page comes from elsewhere, and nothing of it runs.
ONLY_THIS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}


async def openapi(request: web.Request) -> web.Response:
    """`GET /openapi.json`: OpenAPI 3.1."""
    return web.Response(body=encode(request.app[DOCUMENT]()), content_type="application/json")


async def page(request: web.Request) -> web.Response:
    """`GET /docs`: a page without scripts."""
    text = rendered(request.app[DOCUMENT]())
    return web.Response(text=text, content_type="text/html", headers=ONLY_THIS)
