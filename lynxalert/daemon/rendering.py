"""An alert, a kind of news and a row → what each of its channels would be told. Nothing is sent, nothing remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.access.passes import unsigned
from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.alerts.conditions import build
from lynxalert.alerts.keys import labels_of
from lynxalert.alerts.model import Kind
from lynxalert.alerts.phrase import phrase
from lynxalert.clock import Clock
from lynxalert.engine.compiler import key_fields
from lynxalert.lang.ast import Query
from lynxalert.notify.facts import Occasion
from lynxalert.notify.preview import CannotRenderError, preview, with_template
from lynxalert.notify.queueing import Linking, runbook_only
from lynxalert.notify.sample import sample
from lynxalert.plan import Row
from lynxalert.registry import suggest

TEST = "test"
KINDS = (*(str(kind) for kind in Kind), TEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to show: a *kind* of news or `test`, on *channel* (a name or type; all), with *row*, saying *template*."""

    kind: str = "fired"
    channel: str | None = None
    row: Row | None = None
    template: str | None = None
    evidence: Sequence[str] = ()


async def rendered(
    alert: Alert, query: Query, asked: Asked, clock: Clock, links: Linking = runbook_only
) -> Mapping[str, Any]:
    """What the channels of *alert*, whose query reads *query*, would be told.

    Raises:
        CannotRenderError: it has no such channel, or one without templates.
    """
    now = clock.now()
    occasion = occasion_of(alert, query, asked, now)
    occasion = replace(occasion, links=links(occasion, now))
    specs: Sequence[ChannelSpec | None] = chosen(alert, asked.channel) or (None,)
    if asked.template is not None:
        specs, occasion = _saying(specs, occasion, asked.template)
    messages = [_unsigned(await preview(occasion, spec, asked.row, clock)) for spec in specs]
    return {
        "kind": asked.kind,
        "row": dict(occasion.rows[0]) if occasion.rows else None,
        "sample": asked.row is None,
        "messages": messages,
    }


def occasion_of(alert: Alert, query: Query, asked: Asked, now: dt.datetime) -> Occasion:
    """The occasion to show; its by-fields come from the row."""
    kind = Kind.FIRED if asked.kind == TEST else Kind(asked.kind)
    by = alert.by if alert.by is not None else key_fields(query)
    row = asked.row or {}
    labels = {} if alert.trigger_once else labels_of(row, [name for name in by if name in row])
    told = sample(alert, asked.row, now, kind=kind, labels=labels, test=asked.kind == TEST)
    return replace(told, condition=phrase(build(alert.when), query, asked.row), evidence=asked.evidence)


def chosen(alert: Alert, name: str | None) -> tuple[ChannelSpec, ...]:
    """The channels of *alert* that are called *name*, or are of that type; all of them without a name.

    Raises:
        CannotRenderError: there is none.
    """
    found = tuple(each for each in alert.channels if name in (None, each.name, each.type))
    if found or name is None:
        return found
    known = sorted({text for each in alert.channels for text in (each.name, each.type)})
    near = suggest(name, known)
    hint = f"did you mean `{near}`?" if near else f"it has {', '.join(known) or 'none'}"
    raise CannotRenderError("channel", f"{alert.name} has no channel `{name[:60]}`; {hint}")


def _saying(
    specs: Sequence[ChannelSpec | None], occasion: Occasion, template: str
) -> tuple[Sequence[ChannelSpec | None], Occasion]:
    """The same with *template*: of each channel, or of an alert that has none."""
    if None not in specs:
        return [with_template(each, template) for each in specs if each is not None], occasion
    own = {"message": template, "resolved": template}
    return specs, replace(occasion, alert=replace(occasion.alert, templates=own))


def _unsigned(value: Any) -> Any:
    match value:
        case str():
            return unsigned(value)
        case Mapping():
            return {name: _unsigned(each) for name, each in value.items()}
        case list():
            return [_unsigned(each) for each in value]
    return value
