"""Vox's alert rules: `/v3/alert-rules`. Source: Vox's page on alert rules; errors as FastAPI has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.api.body import read_object
from lynxalert.api.dialects import shelf
from lynxalert.api.dialects.shape import filled
from lynxalert.api.dialects.vox_fields import allows_gaps, document_of, fields_of, rename
from lynxalert.api.dialects.vox_rule import interval as interval_of
from lynxalert.api.dialects.vox_rule import shown
from lynxalert.api.dialects.vox_shapes import KINDS, Change, New
from lynxalert.api.ports import Standing
from lynxalert.api.reply import encode
from lynxalert.config.units import duration_text

WHAT = "Alert rule"
_ON_CREATION = ("enabled", "paused", "paused_until")  # are of updates: a new rule is enabled


async def create(request: web.Request) -> web.Response:
    """`POST /v3/alert-rules`: 201."""
    body = await read_object(request)
    given = filled(New, {name: value for name, value in body.items() if name not in _ON_CREATION})
    fields = {"channels": [], **fields_of(given, _email(request))}
    fields["allow_gaps"] = allows_gaps(given.time_window, given.evaluation_frequency)
    whole = {name: value for name, value in fields.items() if value is not None}
    standing = await shelf.create(request, whole, rename, document=document_of(given, None), lenient=True)
    return await _one(request, standing, status=201)


async def index(request: web.Request) -> web.Response:
    """`GET /v3/alert-rules`, newest first, paged by `limit` and `cursor`."""
    found, following = await shelf.page(request, KINDS)
    data = [shown(standing, told, _email(request)) for standing, told in found]
    return _json({"data": data, "has_more": following is not None, "next_cursor": following})


async def get(request: web.Request) -> web.Response:
    """`GET /v3/alert-rules/{id}`."""
    return await _one(request, await shelf.find(request, KINDS, WHAT))


async def update(request: web.Request) -> web.Response:
    """`PATCH` and `PUT /v3/alert-rules/{id}`: the fields that are there."""
    previous = await shelf.find(request, KINDS, WHAT)
    given = filled(Change, await read_object(request))
    fields = fields_of(given, _email(request))
    if {"window", "interval"} & set(fields):
        window = fields.get("window", duration_text(previous.alert.window))
        interval = fields.get("interval", interval_of(previous.alert))
        fields["allow_gaps"] = interval is not None and allows_gaps(window, interval)
    standing = await shelf.change(
        request, previous, fields, rename, document=document_of(given, previous.document), lenient=True
    )
    return await _one(request, standing)


async def delete(request: web.Request) -> web.Response:
    """`DELETE /v3/alert-rules/{id}`: 204."""
    await shelf.delete(request, await shelf.find(request, KINDS, WHAT), WHAT)
    return web.Response(status=204)


def _email(request: web.Request) -> dict[str, Any]:
    return {name: value for name, value in shelf.email(request).items() if name != "to"}


async def _one(request: web.Request, standing: Standing, status: int = 200) -> web.Response:
    told = await shelf.told(request, standing)
    return _json(shown(standing, told, _email(request)), status)


def _json(body: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")
