"""The settings of an alert beside its query → those that can have no effect, or another one than their words say. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from lynxalert.alerts import ChannelSpec, Every, Schedule
from lynxalert.config.definition import ActiveSchedule, AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.units import duration_text
from lynxalert.lang import Code

_NONE = dt.timedelta(0)


def pointless(
    definition: AlertDefinition, schedule: Schedule, channels: Sequence[ChannelSpec]
) -> list[Mistake]:
    """A warning for each."""
    return [
        *_shorter(definition, schedule),
        *_without_data(definition),
        *_by_arrival(definition),
        *_alone(definition),
        *_silent(definition, channels),
    ]


def _odd(path: Path, text: str, hint: str | None = None) -> Mistake:
    return Mistake(path, text, Code.LINT, hint)


def _shorter(definition: AlertDefinition, schedule: Schedule) -> Iterator[Mistake]:
    """Times that end between two evaluations, where nobody looks."""
    if not isinstance(schedule, Every):
        return
    step = schedule.interval
    said = duration_text(step)
    for name, length in (("for", definition.hold), ("keep_firing_for", definition.keep_firing_for)):
        if length % step:
            whole = -(-length // step) * step
            text = f"({duration_text(length)}) is looked at every {said}: it lasts {duration_text(whole)}"
            yield _odd((name,), text, f'write {name} = "{duration_text(whole)}", or a shorter interval')
    if definition.repeat_interval is not None and _NONE < definition.repeat_interval < step:
        text = f"({duration_text(definition.repeat_interval)}) is shorter than the interval: it repeats every {said}"
        yield _odd(("repeat_interval",), text)
    if _NONE < definition.cooldown <= step:
        text = f"({duration_text(definition.cooldown)}) has no effect: nothing fires twice within {said}"
        yield _odd(("cooldown",), text, "make it longer than the interval")


def _without_data(definition: AlertDefinition) -> Iterator[Mistake]:
    """What is said of keys without events."""
    condition = (definition.when or {}).get("type")
    ignored = definition.no_data == "ok" and condition != "no_data"
    if ignored and definition.no_data_for is not None:
        yield _odd(
            ("no_data_for",), 'has no effect while no_data is "ok"', 'say no_data = "nodata" or "firing"'
        )
    if ignored and definition.expect:
        yield _odd(("expect",), 'has no effect while no_data is "ok"', 'say no_data = "nodata" or "firing"')
    absence = definition.no_data_for
    if not ignored and absence is not None and not definition.expect and absence >= definition.forget_after:
        text = f"({duration_text(absence)}) never comes: a key is forgotten after {duration_text(definition.forget_after)}"
        yield _odd(("no_data_for",), text, "make forget_after longer, or declare the keys with expect")


def _by_arrival(definition: AlertDefinition) -> Iterator[Mistake]:
    """What is about late events where none can be late."""
    if definition.time != "ingest":
        return
    if definition.max_lateness is not None:
        yield _odd(("max_lateness",), 'has no effect with time = "ingest": nothing comes late')
    if definition.delay:
        yield _odd(("delay",), 'only postpones with time = "ingest": nothing comes late')


def _alone(definition: AlertDefinition) -> Iterator[Mistake]:
    """What needs another setting beside it."""
    if definition.paused_until is not None and not definition.paused:
        yield _odd(("paused_until",), "has no effect without paused = true")
    if definition.trigger == "once" and definition.key is not None:
        yield _odd(("key",), 'has no effect with trigger = "once": there is one instance')
    flapping = definition.flapping
    if flapping is not None and flapping.changes > flapping.slots:
        text = f"({flapping.changes}) cannot happen within {flapping.slots} slots"
        yield _odd(("flapping", "changes"), text, "make slots larger; flapping = false never holds anything")


def _silent(definition: AlertDefinition, channels: Sequence[ChannelSpec]) -> Iterator[Mistake]:
    """Alerts that nobody hears, or twice."""
    if channels and not any(each.enabled for each in channels):
        yield _odd(("channels",), "are all disabled: the alert is evaluated, and tells nobody")
    raw = definition.channels or ()
    for place, each in enumerate(raw):
        if isinstance(each, str) and each in raw[:place]:
            yield _odd(("channels", place), f"is there already: {each[:60]}", "it is told once all the same")
    if definition.active_schedule is not None:
        yield from _never(definition.active_schedule)


def _never(schedule: ActiveSchedule) -> Iterator[Mistake]:
    if not schedule.windows:
        text = "is empty: nothing is ever told"
        yield _odd(("active_schedule", "windows"), text, "leave active_schedule out to tell always")
    for place, each in enumerate(schedule.windows):
        if each.start_time == each.end_time:
            text = f"is where it starts: {each.start_time} to {each.end_time} is the whole day"
            yield _odd(("active_schedule", "windows", place, "end_time"), text)
