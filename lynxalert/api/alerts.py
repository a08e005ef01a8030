"""`/alerts`: the definitions. Requests in, the objects of the API out; what they do to state is the daemon's affair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.access import actor_of
from lynxalert.api.alert_json import (
    fields_of,
    patched,
    shown,
    version_of,
    with_stored_secrets,
    written,
)
from lynxalert.api.body import read_object
from lynxalert.api.conditional import answered, demand_version
from lynxalert.api.errors import ApiError, invalid, invalid_query, not_found
from lynxalert.api.filters import wanted_alerts
from lynxalert.api.keys import ALERTS, CONFIGURATION, NOTIFICATIONS
from lynxalert.api.making import alert_id, made_already
from lynxalert.api.paging import USUAL, cursor, cursor_of, limit_of
from lynxalert.api.ports import MadeAlreadyError, StaleError, Standing, UnknownAlertError
from lynxalert.api.reply import success
from lynxalert.config.alert import Context, build
from lynxalert.config.channels import email_defaults
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Section, read
from lynxalert.lang import Code, QueryError
from lynxalert.notify.queueing import made
from lynxalert.state.listing import Wanted


class Switch(Section):
    """Whether it is to be enabled; without it, the other of what it is."""

    enabled: bool | None = None


async def index(request: web.Request) -> web.Response:
    """`GET /alerts`: all of them, by name.

    `status`, `enabled`, `label`, `q`, `source` choose, `sort` orders, `limit` and `cursor` page: what was changed meanwhile
    is neither shown twice nor left out, unless it changed its place.
    """
    wanted = wanted_alerts(request)
    limit, after = limit_of(request, None), _after(request, wanted)
    if limit is None and after is None:
        found = (await request.app[ALERTS].listed(wanted, None, None)).standings
        return success({"alerts": [written(each) for each in found]})
    limit = limit or USUAL
    found, places, total = await request.app[ALERTS].listed(wanted, limit + 1, after)
    page = found[:limit]
    more = len(found) > limit
    last = cursor([wanted.order, places[limit - 1], page[-1].alert.id]) if more else None
    meta = {"has_more": more, "next_cursor": last, "total": total}
    return success({"alerts": [written(each) for each in page]}, meta=meta)


def _after(request: web.Request, wanted: Wanted) -> tuple[str | int, str] | None:
    match cursor_of(request):
        case None:
            return None
        case [wanted.order, str(place), str(alert_id)] if wanted.order == "name":
            return place, alert_id
        case [wanted.order, int(place), str(alert_id)] if wanted.order != "name" and abs(place) < 2**63:
            return place, alert_id
        case _:
            raise invalid([Mistake(("cursor",), "is not a cursor of this list")])


async def create(request: web.Request) -> web.Response:
    """`POST /alerts`: 201 with the alert."""
    return await created(request, await read_object(request))


async def created(request: web.Request, body: Mapping[str, Any]) -> web.Response:
    """The answer to `POST /alerts` with *body*."""
    fields, mistakes = with_stored_secrets(fields_of(body), None)
    alert, warnings = judged(request, fields, mistakes, alert_id(request))
    standing = await make(request, alert)
    warnings += untried(request, alert)
    return _one(request, standing, warnings, status=201, headers={"Location": f"/api/v1/alerts/{alert.id}"})


async def make(request: web.Request, alert: Alert, document: Mapping[str, Any] | None = None) -> Standing:
    """Store *alert*; asked with the same `Idempotency-Key` again, it is found as it stands.

    Raises:
        ApiError: 409, the key was used for another one.
    """
    try:
        return await request.app[ALERTS].create(alert, document, by=actor_of(request))
    except MadeAlreadyError as error:
        raise made_already(str(error)) from None


async def get(request: web.Request) -> web.Response:
    """`GET /alerts/{id}`."""
    return _one(request, await find(request), [])


async def put(request: web.Request) -> web.Response:
    """`PUT /alerts/{id}`: replaces the whole definition; masked or absent secrets stay as stored."""
    previous = writable(request, await find(request))
    return await _change(request, previous, fields_of(await read_object(request)))


async def patch(request: web.Request) -> web.Response:
    """`PATCH /alerts/{id}`: replaces the fields in the body."""
    previous = writable(request, await find(request))
    body = await read_object(request)
    return await _change(request, previous, patched(previous.alert, body))


async def delete(request: web.Request) -> web.Response:
    """`DELETE /alerts/{id}`: 204."""
    alert = writable(request, await find(request)).alert
    try:
        await request.app[ALERTS].delete(alert, by=actor_of(request))
    except UnknownAlertError:
        raise not_found("Alert") from None
    return web.Response(status=204)


async def toggle(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/toggle`: enabled becomes disabled and the other way round, or as the body says."""
    previous = writable(request, await find(request))
    wish, mistakes = read(Switch, await read_object(request, optional=True))
    if wish is None:
        raise invalid(mistakes)
    change = {"enabled": not previous.alert.enabled if wish.enabled is None else wish.enabled}
    return await _change(request, previous, patched(previous.alert, change))


async def find(request: web.Request) -> Standing:
    """The alert that the path names, by id or by its key in a file.

    Raises:
        ApiError: 404.
    """
    try:
        return await request.app[ALERTS].find(request.match_info["id"])
    except UnknownAlertError:
        raise not_found("Alert") from None


def writable(request: web.Request, standing: Standing) -> Standing:
    """The same, if it may be changed here and is still what the caller saw.

    Raises:
        ApiError: 409 for an alert of a file, 412 if `If-Match` names another state of it.
    """
    alert = standing.alert
    if alert.source == "file":
        where = f"alerts.{alert.file_key}"
        raise ApiError(
            409,
            "READ_ONLY",
            f"{where} is defined in the configuration file",
            suggestion="change it there and reload",
        )
    demand_version(request, version_of(standing), "the alert")
    return standing


def judged(
    request: web.Request,
    fields: Mapping[str, Any],
    mistakes: list[Mistake],
    alert_id: str,
    *,
    lenient: bool = False,
) -> tuple[Alert, list[Mistake]]:
    """The alert that *fields* define, and the warnings. *lenient*: as in `Context`.

    Raises:
        ApiError: 422 with everything that is wrong, the *mistakes* found before included.
    """
    configuration = request.app[CONFIGURATION]
    settings = configuration.settings
    context = Context(
        configuration.engine.compile,
        settings.channels,
        settings.server.timezone,
        email_defaults(settings.email),
        lenient=lenient,
    )
    alert, found = build(fields, context, alert_id=alert_id)
    found = [*mistakes, *found]
    if alert is None or any(each.fatal for each in found):
        raise _refusal(request, fields, [each for each in found if each.fatal])
    return alert, found


def _refusal(request: web.Request, fields: Mapping[str, Any], fatal: list[Mistake]) -> ApiError:
    """INVALID_QUERY if the query is all that is wrong, so that its line and column can be told; else VALIDATION_ERROR."""
    if all(each.code is Code.BAD_QUERY for each in fatal):
        name = str(fatal[0].path[0])
        try:
            request.app[CONFIGURATION].engine.compile(fields[name])
        except QueryError as error:
            return invalid_query(error, (name,))
    return invalid(fatal)


async def _change(request: web.Request, previous: Standing, fields: Mapping[str, Any]) -> web.Response:
    standing, warnings = await changed(request, previous, fields)
    return _one(request, standing, [*warnings, *untried(request, standing.alert)])


async def changed(
    request: web.Request,
    previous: Standing,
    fields: Mapping[str, Any],
    *,
    document: Mapping[str, Any] | None = None,
    lenient: bool = False,
) -> tuple[Standing, list[Mistake]]:
    """*previous* with these *fields* instead, and the warnings; *document* as in `Alerts.replace`.

    An alert that lacks channels, or whose channels lack something, may go on lacking it.

    Raises:
        ApiError: 422 it cannot be, 404 it is gone, 409 somebody else was faster.
    """
    lenient = lenient or not all(map(made, previous.alert.channels)) or not previous.alert.channels
    fields, mistakes = with_stored_secrets(fields, previous.alert)
    alert, warnings = judged(request, fields, mistakes, previous.alert.id, lenient=lenient)
    try:
        return await request.app[ALERTS].replace(
            alert, previous.revision, document, by=actor_of(request)
        ), warnings
    except UnknownAlertError:
        raise not_found("Alert") from None
    except StaleError as error:
        raise ApiError(409, "CONFLICT", str(error)) from None


def untried(request: web.Request, alert: Alert) -> list[Mistake]:
    """What is said of channels that were never tried: the first message should not be the first test."""
    hint = f"POST /api/v1/alerts/{alert.id}/test-channels sends a test"
    places = request.app[NOTIFICATIONS].untried(alert)
    text = "has taken no message yet, and no test"
    return [Mistake(("channels", place), text, Code.LINT, hint) for place in places]


def _one(
    request: web.Request,
    standing: Standing,
    warnings: list[Mistake],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    # The tag is that of the alert alone: what is said when it is saved is not said when it is read.
    read = answered(request, success(shown(standing), headers=headers), version_of(standing))
    if not warnings and status == 200:
        return read
    meta = {"warnings": [each.as_json() for each in warnings]} if warnings else None
    tagged = {**(headers or {}), "ETag": read.headers["ETag"]}
    return success(shown(standing), status=status, meta=meta, headers=tagged)
