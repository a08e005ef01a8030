"""An alert's fields as written → an `Alert` that can run, or everything that is wrong with it.

One road for files and for the API. Needs a compiler to judge queries, and gets it passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lynxalert.alerts import (
    ActiveSchedule,
    ActiveWindow,
    Alert,
    ChannelSpec,
    Flapping,
    NoData,
    Policy,
    Schedule,
)
from lynxalert.config.channels import Style
from lynxalert.config.channels import channels as read_channels
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.metrics import lowered, settings
from lynxalert.config.mistakes import Mistake
from lynxalert.config.pointless import pointless
from lynxalert.config.questions import Compile, condition, question
from lynxalert.config.schedules import schedule_of, window_of
from lynxalert.config.shape import read_rest
from lynxalert.config.templates import of_alert, of_result
from lynxalert.lang import Code

_ORDER = {
    each.alias or name: place for place, (name, each) in enumerate(AlertDefinition.model_fields.items())
}


@dataclass(frozen=True, slots=True)
class Context:
    """What an alert is judged with. *compile* raises QueryError; *known* are the named channels, None where wrong.

    *email* is what an email channel has unless it says otherwise. *lenient*: it may have no channel, and channels may
    lack what they need: messages fail until they have it. *flat*: a channel's configuration stands beside its
    type, as in files; else under `config`, as in bodies.
    """

    compile: Compile
    known: Mapping[str, ChannelSpec | None] = field(default_factory=dict)
    timezone: str = "UTC"
    email: Mapping[str, Any] = field(default_factory=dict)
    flat: bool = False
    lenient: bool = False


def file_id(key: str) -> str:
    """The id of the alert `[alerts.<key>]`: the same on every start, on every machine."""
    return "alt_" + hashlib.sha256(f"file\x00{key}".encode()).hexdigest()[:16]


def fresh_id() -> str:
    """An id for an alert made through the API."""
    return "alt_" + secrets.token_hex(8)


def build(
    raw: Mapping[str, Any], context: Context, *, alert_id: str, file_key: str | None = None
) -> tuple[Alert | None, list[Mistake]]:
    """The alert that *raw* defines, or None; and the mistakes, warnings included, in the order of the fields."""
    definition, mistakes, bad = read_rest(AlertDefinition, raw)
    schedule, wrong = schedule_of(definition, context.timezone)
    mistakes += wrong
    definition, wrong = lowered(definition, schedule)
    mistakes += wrong
    window, wrong = window_of(definition, schedule)
    mistakes += [] if wrong and {"interval", "cron"} & (bad | {each.path[0] for each in mistakes}) else wrong
    mistakes += _name(definition)
    specs, wrong = read_channels(
        definition.channels or (), context.known, Style(context.flat, context.email, context.lenient)
    )
    mistakes += wrong or _no_channels(definition, context)
    query, compiled, wrong = question(definition, context.compile)
    if (
        definition.type is None
    ):  # else nobody wrote the query, and what is wrong with the fields is said already
        mistakes += wrong + condition(definition)
    mistakes += pointless(definition, schedule, specs)
    mistakes += of_alert(definition.templates.texts)
    if compiled is not None:
        mistakes += of_result(definition.templates.texts, specs, compiled.columns)
    mistakes = _told_once(mistakes, bad)
    if any(each.fatal for each in mistakes):
        return None, mistakes
    made = _alert(
        definition, context, alert_id=alert_id, query=query, schedule=schedule, window=window, channels=specs
    )
    return replace(made, source="api" if file_key is None else "file", file_key=file_key), mistakes


def _alert(
    definition: AlertDefinition,
    context: Context,
    *,
    alert_id: str,
    query: str,
    schedule: Schedule,
    window: dt.timedelta,
    channels: tuple[ChannelSpec, ...],
) -> Alert:
    return Alert(
        id=alert_id,
        name=definition.name or "",
        query=query,
        schedule=schedule,
        window=window,
        channels=channels,
        when=definition.when or {"type": "any_rows"},
        metric=settings(definition),
        policy=_policy(definition),
        delay=definition.delay,
        catchup_limit=definition.catchup_limit,
        by=definition.key,
        expect=definition.expect,
        trigger_once=definition.trigger == "once",
        allow_gaps=definition.allow_gaps,
        time=definition.time,
        active_schedule=_active_schedule(definition),
        max_lateness=definition.max_lateness,
        enabled=definition.enabled,
        paused=definition.paused,
        paused_until=definition.paused_until,
        severity=definition.severity,
        description=definition.description,
        labels=definition.labels,
        templates=definition.templates.texts,
        timezone=definition.timezone or context.timezone,
    )


def _policy(definition: AlertDefinition) -> Policy:
    flapping = definition.flapping
    return Policy(
        hold=definition.hold,
        keep_firing_for=definition.keep_firing_for,
        repeat_interval=definition.repeat_interval,
        cooldown=definition.cooldown,
        no_data=NoData(definition.no_data),
        no_data_for=definition.no_data_for,
        forget_after=definition.forget_after,
        flapping=Flapping(flapping.changes, flapping.slots, flapping.quiet) if flapping else None,
        max_instances=definition.max_instances,
        error_after=definition.error_after,
    )


def _active_schedule(definition: AlertDefinition) -> ActiveSchedule | None:
    if definition.active_schedule is None:
        return None
    windows = definition.active_schedule.windows
    return ActiveSchedule(
        definition.active_schedule.timezone,
        tuple(ActiveWindow(window.days, window.start_time, window.end_time) for window in windows),
    )


def _name(definition: AlertDefinition) -> list[Mistake]:
    return (
        []
        if definition.name is not None or definition.type is not None
        else [Mistake(("name",), "is required", Code.MISSING_KEY)]
    )


def _no_channels(definition: AlertDefinition, context: Context) -> list[Mistake]:
    if definition.channels is None:
        return [Mistake(("channels",), "is required", Code.MISSING_KEY, "where messages go: at least one")]
    if definition.channels:
        return []
    if context.flat or context.lenient:
        return [Mistake(("channels",), "is empty: the alert is evaluated, and tells nobody", Code.LINT)]
    return [Mistake(("channels",), "must have at least one channel")]


def _told_once(mistakes: Iterable[Mistake], bad: frozenset[str]) -> list[Mistake]:
    """In the order of the fields; what is missing only because it is wrong is not told again."""
    kept = [
        each
        for each in mistakes
        if not (each.code is Code.MISSING_KEY and each.path[0] in bad and len(each.path) == 1)
    ]
    return sorted(dict.fromkeys(kept), key=lambda each: _ORDER.get(str(each.path[0]), len(_ORDER)))
