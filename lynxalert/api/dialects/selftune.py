"""selftune's alerts: `POST /api/v1/alerts` with a body of its kind, and `/compat/selftune`. Source: selftune's page on its Alerts API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from aiohttp import web
from pydantic import ValidationInfo, field_validator

from lynxalert.api import alerts as native
from lynxalert.api.body import read_object
from lynxalert.api.dialects import shelf, voices
from lynxalert.api.dialects.ids import uuid_of
from lynxalert.api.dialects.shape import Body, Path, Uuid, filled, mistake
from lynxalert.api.errors import ApiError
from lynxalert.api.ports import Standing
from lynxalert.api.reply import encode

KINDS = ("pass_rate_below", "no_data")
ADDRESSES = {
    "slack": "slack_webhook_url",
    "discord": "discord_webhook_url",
    "email": "email",
    "webhook": "webhook_url",
}
_DEFAULTS = {"pass_rate_below": 0.8, "no_data": 7.0}
_RANGES = {"pass_rate_below": (1, "0 and 1"), "no_data": (90, "0 and 90 days")}
_NATIVE = frozenset({"q", "query", "channels"})


class Definition(Body):
    """What an alert is made of."""

    skill_id: Uuid | None = None
    type: Literal["pass_rate_below", "no_data"]
    threshold: float | None = None
    channel: Literal["slack", "discord", "email", "webhook"]
    config: dict[str, Any]

    @field_validator("threshold")
    @classmethod
    def _in_range(cls, value: float | None, others: ValidationInfo) -> float | None:
        kind = others.data.get("type")
        if value is None or kind is None:
            return value
        most, words = _RANGES[kind]
        if not 0 <= value <= most:
            raise ValueError(f"{kind} threshold must be between {words}")
        return value


def speaks(body: Mapping[str, Any]) -> bool:
    """Whether *body*, sent where both products make alerts, is one of selftune's."""
    return "type" in body and not _NATIVE & set(body)


async def create_shared(request: web.Request) -> web.Response:
    """`POST /alerts`: of either product, told apart by the body. Bodies that are no JSON object are ours."""
    body = await read_object(request)
    if not speaks(body):
        return await native.created(request, body)
    try:
        return await _created(request, body)
    except ApiError as error:
        return voices.selftune(error)


async def create(request: web.Request) -> web.Response:
    """`POST /compat/selftune/alerts`: 201."""
    return await _created(request, await read_object(request))


async def index(request: web.Request) -> web.Response:
    """`GET /compat/selftune/alerts`, paged by `limit` and `cursor`."""
    found, following = await shelf.page(request, KINDS)
    alerts = [shown(standing) for standing, _ in found]
    return _json({"alerts": alerts, "has_more": following is not None, "next_cursor": following})


async def get(request: web.Request) -> web.Response:
    """`GET /compat/selftune/alerts/{id}`."""
    return _json(shown(await shelf.find(request, KINDS)))


async def delete(request: web.Request) -> web.Response:
    """`DELETE /compat/selftune/alerts/{id}`: 204."""
    await shelf.delete(request, await shelf.find(request, KINDS))
    return web.Response(status=204)


def shown(standing: Standing) -> dict[str, Any]:
    """The object of the page; its `config` is never shown."""
    alert = standing.alert
    kind = str(alert.metric["type"])
    return {
        "id": uuid_of(alert.id),
        "skill_id": alert.metric.get("skill_id"),
        "type": kind,
        "threshold": alert.metric.get("threshold", _DEFAULTS[kind]),
        "channel": alert.channels[0].type if alert.channels else None,
        "created_at": standing.created_at.replace(microsecond=0),
    }


async def _created(request: web.Request, body: Mapping[str, Any]) -> web.Response:
    given = filled(Definition, body)
    name = ADDRESSES[given.channel]
    address = given.config.get(name)
    if address is None:
        raise mistake(["config", name], "Required", "missing")
    if not isinstance(address, str):
        raise mistake(["config", name], "must be a text")
    fields = {
        "type": given.type,
        "threshold": _DEFAULTS[given.type] if given.threshold is None else given.threshold,
        "skill_id": given.skill_id,
        "interval": "1m",
        "channels": [{"type": given.channel, "config": _config(request, given.channel, address)}],
    }
    known = {key: value for key, value in fields.items() if value is not None}

    def rename(path: Path) -> Path:
        return ["config", name] if path[:1] == ["channels"] else path

    return _json(shown(await shelf.create(request, known, rename)), status=201)


def _config(request: web.Request, channel: str, address: str) -> dict[str, Any]:
    if channel == "email":
        return shelf.email(request, address)
    return {"url" if channel == "webhook" else "webhook_url": address}


def _json(body: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")
