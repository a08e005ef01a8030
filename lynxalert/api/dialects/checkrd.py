"""Checkrd's alerts: `/v1/alerts`. Source: Checkrd's page on alerts, and its OpenAPI where the page is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.access import actor_of
from lynxalert.api.body import read_object
from lynxalert.api.dialects import agents, shelf
from lynxalert.api.dialects.checkrd_shapes import (
    KINDS,
    TARGETS,
    Change,
    Mute,
    New,
    Toggle,
    shown,
    until,
)
from lynxalert.api.dialects.shape import Path, filled, mistake
from lynxalert.api.keys import ALERTS, CLOCK
from lynxalert.api.ports import Standing
from lynxalert.api.reply import encode


async def create(request: web.Request) -> web.Response:
    """`POST /v1/alerts`: 200 with the alert."""
    given = filled(New, await read_object(request))
    fields = {"interval": "1m", **_fields(request, given, None)}
    standing = await shelf.create(request, fields, _rename)
    return await _one(request, standing)


async def index(request: web.Request) -> web.Response:
    """`GET /v1/alerts`: newest first, with the names of the agents as far as they are known."""
    found, following = await shelf.page(request, KINDS)
    names = await agents.names(request, {str(each.alert.metric.get("agent_id")) for each, _ in found})
    data = [
        {**shown(each, told), "agent_name": names.get(str(each.alert.metric.get("agent_id")))}
        for each, told in found
    ]
    return reply({"data": data, "has_more": following is not None, "next_cursor": following})


async def get(request: web.Request) -> web.Response:
    """`GET /v1/alerts/{id}`."""
    return await _one(request, await shelf.find(request, KINDS))


async def put(request: web.Request) -> web.Response:
    """`PUT /v1/alerts/{id}`: the fields that are there; null goes back to the default."""
    previous = await shelf.find(request, KINDS)
    given = filled(Change, await read_object(request))
    return await _one(
        request, await shelf.change(request, previous, _fields(request, given, previous.alert), _rename)
    )


async def delete(request: web.Request) -> web.Response:
    """`DELETE /v1/alerts/{id}`."""
    await shelf.delete(request, await shelf.find(request, KINDS))
    return reply({"success": True})


async def toggle(request: web.Request) -> web.Response:
    """`POST /v1/alerts/{id}/toggle`: `is_enabled`."""
    previous = await shelf.find(request, KINDS)
    wish = filled(Toggle, await read_object(request))
    return await _one(request, await shelf.change(request, previous, {"enabled": wish.is_enabled}, _rename))


async def mute(request: web.Request) -> web.Response:
    """`POST /v1/alerts/{id}/mute`: `until`, else `duration_minutes`; `reason`."""
    alert = (await shelf.find(request, KINDS)).alert
    wish = filled(Mute, await read_object(request))
    end = until(wish, request.app[CLOCK].now())
    return await _one(request, await request.app[ALERTS].mute(alert, end, wish.reason, by=actor_of(request)))


async def unmute(request: web.Request) -> web.Response:
    """`POST /v1/alerts/{id}/unmute`: messages go on with the next transition."""
    alert = (await shelf.find(request, KINDS)).alert
    return await _one(
        request, await request.app[ALERTS].unmute(alert, tell_still_firing=False, by=actor_of(request))
    )


def reply(body: Mapping[str, Any]) -> web.Response:
    """200."""
    return web.Response(body=encode(body), content_type="application/json")


def _fields(request: web.Request, given: Change, stored: Alert | None) -> dict[str, Any]:
    """What is *given*, in native fields."""
    fields: dict[str, Any] = {}
    sent = given.model_fields_set
    if "condition_type" in sent:
        fields["type"] = given.condition_type
    for name in ("threshold", "agent_id"):
        if name in sent:
            fields[name] = getattr(given, name)
    if stored is None or "window_minutes" in sent:
        fields["window"] = f"{given.window_minutes or 15}m"
    if stored is None or "cooldown_minutes" in sent:
        fields["cooldown"] = f"{60 if given.cooldown_minutes is None else given.cooldown_minutes}m"
    if "is_enabled" in sent:
        fields["enabled"] = given.is_enabled
    if {"channel", "channel_target"} & sent:
        fields["channels"] = [_channel(request, given, stored)]
    return fields


def _channel(request: web.Request, given: Change, stored: Alert | None) -> dict[str, Any]:
    sent = given.model_fields_set
    kind = given.channel if "channel" in sent or stored is None else _kind(stored)
    target = (
        given.channel_target if "channel_target" in sent or stored is None else shelf.first_address(stored)
    )
    if kind not in TARGETS or target is None:
        raise mistake(["channel"], "must be given beside channel_target", "missing")
    if kind == "email":
        return {"type": kind, "config": shelf.email(request, target)}
    return {"type": kind, "config": {"url": target}}


def _kind(stored: Alert) -> str | None:
    """The type of its first channel; an alert of a file may have none."""
    return stored.channels[0].type if stored.channels else None


async def _one(request: web.Request, standing: Standing) -> web.Response:
    return reply(shown(standing, await shelf.told(request, standing)))


def _rename(path: Path) -> Path:
    """The native name → theirs."""
    if path[:1] == ["channels"]:
        return ["channel_target"]
    names = {"window": "window_minutes", "cooldown": "cooldown_minutes", "type": "condition_type"}
    return [names.get(path[0], path[0]), *path[1:]] if path else path
