"""`/health`, `/ready`: how each part is, and whether to send traffic here. No key is ever needed."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from aiohttp import web

from lynxalert.api.keys import PARTS
from lynxalert.api.reply import success

_WORST_FIRST = ("down", "degraded", "ok")


def report(request: web.Request) -> dict[str, Any]:
    """Every part by name, and the worst of them as the whole."""
    parts = {name: dict(part.health()) for name, part in request.app[PARTS].items()}
    found = {part["status"] for part in parts.values()}
    status = next((word for word in _WORST_FIRST if word in found), "ok")
    return {"status": status, "version": importlib.metadata.version("lynxalert"), **parts}


async def health(request: web.Request) -> web.Response:
    """`GET /health`: 200 while the process serves at all, 503 when a part is down; the body tells the parts apart."""
    found = report(request)
    return success(found, status=503 if found["status"] == "down" else 200)


async def ready(request: web.Request) -> web.Response:
    """`GET /ready`: 200 once every part runs, 503 before and while stopping."""
    found = report(request)
    waiting = [name for name in request.app[PARTS] if found[name]["status"] == "down"]
    return success({"ready": not waiting, "waiting_for": waiting}, status=503 if waiting else 200)
