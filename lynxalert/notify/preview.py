"""An occasion and a channel → what would be sent there, and what is wrong with its templates. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from lynxalert.alerts.model import Alert, ChannelSpec
from lynxalert.clock import Clock
from lynxalert.errors import LynxError
from lynxalert.lang import locate
from lynxalert.notify.channel import Channel, field_types
from lynxalert.notify.facts import Occasion
from lynxalert.notify.message import Message
from lynxalert.notify.model import DeliveryError
from lynxalert.notify.queueing import made
from lynxalert.notify.render import compose
from lynxalert.notify.sample import Finding, vet
from lynxalert.notify.sending import send
from lynxalert.notify.written import Notebook
from lynxalert.plan import Row

ELSEWHERE = ("apprise", "email")  # channels that speak no HTTP of ours
PLAIN_TYPE = "text"  # what an alert without channels is shown as


class CannotRenderError(LynxError):
    """What is asked cannot be shown, because of *field*: `channel` or `template`."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class Previewing(Protocol):
    """Messages shown before they are sent."""

    async def render(
        self, alert: Alert, *, kind: str, channel: str | None, row: Row | None, template: str | None
    ) -> Mapping[str, Any]:
        """What the channels of *alert*, or one of them, would be told of *row*, else of what its query finds now.

        Raises:
            CannotRenderError: there is no such channel, or it has no template.
        """
        ...


def with_template(spec: ChannelSpec, template: str) -> ChannelSpec:
    """*spec* saying *template*, whatever it says now.

    Raises:
        CannotRenderError: its text is no template's.
    """
    channel = made(spec)
    names = field_types(type(channel)) if channel is not None else {}
    name = next((each for each in ("message_template", "body_template") if each in names), None)
    if name is None:
        raise CannotRenderError("template", f"a channel of type '{spec.type}' has no template of its own")
    config = {key: value for key, value in spec.config.items() if key != "resolved_template"}
    return replace(spec, config={**config, name: template})


async def preview(
    occasion: Occasion, spec: ChannelSpec | None, row: Row | None, clock: Clock
) -> dict[str, Any]:
    """What *spec* (None: any place that shows plain text) is told of *occasion*; *row* is the result, if one is known."""
    channel = made(spec) if spec is not None else None
    message = compose(occasion, channel, f"dlv_{occasion.transition.episode}")
    alert = replace(occasion.alert, channels=(spec,) if spec is not None else ())
    found = vet(alert, row, occasion.transition.at)
    return {
        "type": spec.type if spec is not None else PLAIN_TYPE,
        "name": spec.name if spec is not None else PLAIN_TYPE,
        "markup": channel.markup.name if channel is not None else "plain",
        "title": message.title,
        "text": message.body,
        "payload": message.payload,
        "requests": await _requests(channel, message, clock),
        "warnings": [*map(_told, found), *({"message": each, "path": None} for each in message.warnings)],
    }


async def _requests(channel: Channel | None, message: Message, clock: Clock) -> list[dict[str, Any]] | None:
    """Those that *channel* would make; None where it makes none of ours."""
    if channel is None or channel.kind in ELSEWHERE:
        return None
    notebook = Notebook(clock)
    try:
        await send(channel, message, notebook)
    except DeliveryError:  # an answer it expected was not there: what came before was asked all the same
        pass
    return [each.as_json() for each in notebook.requests]


def _told(finding: Finding) -> Mapping[str, Any]:
    path, diagnostic = finding.path, finding.diagnostic
    where = locate(finding.source, diagnostic.span)
    field = str(path[-1])
    help_ = f" ({diagnostic.help})" if diagnostic.help else ""
    return {
        "path": f"{field}:{where.line}:{where.column}",
        "message": f"{diagnostic.message}{help_}",
    }
