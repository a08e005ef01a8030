"""An alert's fields as written → an `Alert` that can run, or everything that is wrong with it.

One road for files and for the API. Needs a compiler to judge queries, and gets it passed in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lynxalert.alerts import Alert, ChannelSpec, Flapping, NoData, Policy
from lynxalert.config.channels import channels
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.config.questions import Compile, question
from lynxalert.config.schedules import schedule_of, window_of
from lynxalert.config.shape import read_rest
from lynxalert.lang import Code
from lynxalert.registry import suggest

# Condition types of other products: their fields stand instead of `q`.
TYPES = (
    "call_count",
    "api_call_count",
    "concurrency",
    "denied_rate",
    "error_rate",
    "latency_p99",
    "no_data",
    "pass_rate_below",
    "tool_call_count",
    "volume_drop",
)
_ORDER = {
    each.alias or name: place for place, (name, each) in enumerate(AlertDefinition.model_fields.items())
}


@dataclass(frozen=True, slots=True)
class Context:
    """What an alert is judged with. *compile* raises QueryError; *known* are the named channels, None where wrong.

    *flat*: a channel's configuration stands beside its type, as in files; else under `config`, as in bodies.
    """

    compile: Compile
    known: Mapping[str, ChannelSpec | None] = field(default_factory=dict)
    timezone: str = "UTC"
    flat: bool = False


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
    window, wrong = window_of(definition, schedule)
    mistakes += [] if wrong and {"interval", "cron"} & (bad | {each.path[0] for each in mistakes}) else wrong
    mistakes += _name(definition)
    specs, wrong = channels(definition.channels or (), context.known, flat=context.flat)
    mistakes += wrong or _no_channels(definition)
    query, wrong = question(definition, context.compile)
    mistakes += wrong
    if definition.type is not None:  # its own fields stand instead of what is missing
        mistakes = [each for each in mistakes if each.code is not Code.MISSING_KEY or len(each.path) > 1]
        mistakes += _of_another_product(definition, context)
    mistakes += _not_yet(definition)
    mistakes = _told_once(mistakes, bad)
    if definition.type is not None or any(each.fatal for each in mistakes):
        return None, mistakes
    alert = Alert(
        id=alert_id,
        name=definition.name or "",
        query=query,
        schedule=schedule,
        window=window,
        channels=specs,
        when=definition.when or {"type": "any_rows"},
        policy=_policy(definition),
        delay=definition.delay,
        catchup_limit=definition.catchup_limit,
        by=definition.key,
        expect=definition.expect,
        trigger_once=definition.trigger == "once",
        allow_gaps=definition.allow_gaps,
        max_lateness=definition.max_lateness,
        enabled=definition.enabled,
        paused=definition.paused,
        paused_until=definition.paused_until,
        severity=definition.severity,
        description=definition.description,
        labels=definition.labels,
        templates=definition.templates,
        timezone=definition.timezone or context.timezone,
        source="api" if file_key is None else "file",
        file_key=file_key,
    )
    return alert, mistakes


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


def _name(definition: AlertDefinition) -> list[Mistake]:
    return [] if definition.name is not None else [Mistake(("name",), "is required", Code.MISSING_KEY)]


def _no_channels(definition: AlertDefinition) -> list[Mistake]:
    if definition.channels is None:
        return [Mistake(("channels",), "is required", Code.MISSING_KEY, "where messages go: at least one")]
    return [] if definition.channels else [Mistake(("channels",), "must have at least one channel")]


def _of_another_product(definition: AlertDefinition, context: Context) -> list[Mistake]:
    """What is said of a definition with `type`: unknown, or known and not running yet."""
    if definition.type not in TYPES:
        near = suggest(definition.type or "", TYPES)
        hint = f"did you mean `{near}`?" if near else f"one of {', '.join(TYPES)}"
        return [Mistake(("type",), f"is no type of condition: {(definition.type or '')[:60]}", help=hint)]
    text = f'= "{definition.type}" is understood, but such alerts do not run yet: it is left out'
    hint = "write it as q, a query that leaves a row when the condition is met"
    return [Mistake(("type",), text, Code.LINT if context.flat else Code.BAD_SETTING, hint)]


def _not_yet(definition: AlertDefinition) -> list[Mistake]:
    """A warning for each setting that is kept and has no effect yet."""
    asked = {
        "active_schedule": definition.active_schedule is not None,
        "time": definition.time != "event",
        "max_lateness": definition.max_lateness is not None,
    }
    text = "is understood, but has no effect yet"
    return [Mistake((name,), text, Code.LINT) for name, wanted in asked.items() if wanted]


def _told_once(mistakes: Iterable[Mistake], bad: frozenset[str]) -> list[Mistake]:
    """In the order of the fields; what is missing only because it is wrong is not told again."""
    kept = [
        each
        for each in mistakes
        if not (each.code is Code.MISSING_KEY and each.path[0] in bad and len(each.path) == 1)
    ]
    return sorted(dict.fromkeys(kept), key=lambda each: _ORDER.get(str(each.path[0]), len(_ORDER)))
