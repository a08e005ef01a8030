"""`/templates/render`: what the channels of an alert would be told, before anybody is."""

from __future__ import annotations

from typing import Any, Literal

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.api.alert_json import fields_of, with_stored_secrets
from lynxalert.api.alerts import judged
from lynxalert.api.body import read_object
from lynxalert.api.errors import invalid, not_found
from lynxalert.api.keys import ALERTS, REHEARSAL
from lynxalert.api.ports import UnknownAlertError
from lynxalert.api.reply import success
from lynxalert.config.alert import fresh_id
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Section, read
from lynxalert.lang import Code
from lynxalert.notify.preview import CannotRenderError


class Render(Section):
    """What to show: an `alert` (its id, its key in the file, or the fields of one that is not saved), a `kind` of news.

    On one `channel` (a name or type), or all; over a `row`, else what its query finds now, else a made-up one; saying
    `template` instead of what it says.
    """

    alert: str | dict[str, Any] | None = None
    channel: str | None = None
    kind: Literal["fired", "changed", "repeated", "resolved", "no_data", "flapping", "test"] = "fired"
    row: dict[str, Any] | None = None
    template: str | None = None


async def render(request: web.Request) -> web.Response:
    """`POST /templates/render`."""
    asked, mistakes = read(Render, await read_object(request))
    if asked is None:
        raise invalid(mistakes)
    alert = await _alert(request, asked.alert)
    try:
        found = await request.app[REHEARSAL].render(
            alert, kind=asked.kind, channel=asked.channel, row=asked.row, template=asked.template
        )
    except CannotRenderError as error:
        raise invalid([Mistake((error.field,), f": {error}")]) from None
    return success(found)


async def _alert(request: web.Request, named: str | dict[str, Any] | None) -> Alert:
    if named is None:
        raise invalid([Mistake(("alert",), "is required: an id, a key, or an object", Code.MISSING_KEY)])
    if isinstance(named, str):
        try:
            return (await request.app[ALERTS].find(named)).alert
        except UnknownAlertError:
            raise not_found("Alert") from None
    fields, mistakes = with_stored_secrets(fields_of(named), None)
    return judged(request, fields, mistakes, fresh_id(), lenient=True)[0]
