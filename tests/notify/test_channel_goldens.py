"""What each channel really sends: `-- channel --`, `-- message --`, then the `-- request --` it makes of them."""

from __future__ import annotations

import json
import pathlib
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from lynxalert.alerts.model import Kind
from lynxalert.notify.configure import configure
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from lynxalert.notify.templates.checking import HOSTILE
from tests.goldens import load, parametrize
from tests.notify.occasions import MINUTE, T, alert, linked, occasion
from tests.notify.provider import Provider, Request, client, serving

SHOWN = (
    "authorization",
    "x-amz-date",
    "x-amz-security-token",
    "content-type",
    "idempotency-key",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)

UNSTEADY = re.compile("(?<=Signature=)[0-9a-f]+")  # of AWS: the port of the provider is signed too


def written(request: Request, provider: Provider, own: set[str]) -> str:
    lines = [f"{request.method} {request.path}"]
    headers = {name.lower(): text for name, text in request.headers.items()}
    lines += [
        f"{name}: {UNSTEADY.sub('…', headers[name])}" for name in sorted({*SHOWN, *own}) if name in headers
    ]
    if headers.get("content-type") == "application/x-www-form-urlencoded":
        body = "\n".join(
            f"{name}={json.dumps(text, ensure_ascii=False)}" for name, text in parse_qsl(request.text)
        )
        return "\n".join([*lines, "", body])
    try:
        body = json.dumps(request.json, indent=1, ensure_ascii=False)
    except ValueError:
        body = request.text
    return "\n".join([*lines, "", body]).strip().replace(provider.url, "http://provider")


def told(message: dict[str, Any]) -> Any:
    fields = {
        name: message.pop(name)
        for name in ("name", "description", "query", "severity", "timezone", "templates")
        if name in message
    }
    minutes = message.pop("after_minutes", 0)
    row = {name: HOSTILE if value == "HOSTILE" else value for name, value in message.pop("row", {}).items()}
    kind = Kind(message.pop("kind", "fired"))
    return linked(
        occasion(kind, alert=alert(**fields), values=row or None, at=T + minutes * MINUTE, **message)
    )


@parametrize("channels")
async def test_golden(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = load(path, rewrite=bool(pytestconfig.getoption("--golden-rewrite")))
    spec = json.loads(case["channel"])
    async with serving() as provider, client() as http:
        config = json.loads(json.dumps(spec["config"]).replace("http://provider", provider.url))
        channel, problems = configure(spec["type"], config, ("channels", 0))
        assert channel is not None, problems
        said = json.loads(case["message"])
        thread = said.pop("thread", None)
        message = replace(compose(told(said), channel, "dlv_0123456789abcdef"), thread=thread)
        if spec.get("degraded"):
            message = message.degrade()
        await send(channel, message, http)
        own = {name.lower() for name in config.get("headers", {})}
        requests = "\n\n".join(written(request, provider, own) for request in provider.requests)
        case.expect("request", requests)
