"""Rows that came late → the slots they touch, judged again: what should have been told is told now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from lynxalert.alerts import Alert, Inputs, Transition
from lynxalert.alerts.conditions import Memory, build
from lynxalert.alerts.counts import Counts
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.late import Judged, dirty, max_lateness, merged, rejudge, too_late_before
from lynxalert.alerts.schedule import as_of, next_slot, window
from lynxalert.daemon.runner import Runner
from lynxalert.daemon.slots import Outcome, Position, begin, lean, occasions_of, read_slot, standing
from lynxalert.notify.facts import Occasion
from lynxalert.plan import TimeWindow

# The judged slots of an alert from some T on, oldest first, and what was told of it since.
Past: TypeAlias = tuple[Sequence[Judged], Sequence[Transition]]


def late_since(runner: Runner, position: Position) -> dt.datetime | None:
    """The event time of the oldest row that came too late for the last evaluation; None: there is none that counts.

    A condition that remembers what it made of its slots in order (`m_of_n`) is left out.
    """
    cursor = position.cursor
    if cursor.seen_sequence is None or cursor.checked_at is None:
        return None
    if cursor.memory is not None and not build(position.alert.when).judges_again:
        return None
    oldest = runner.oldest_since(cursor.seen_sequence)
    if oldest is None or oldest >= cursor.checked_at or position.alert.time == "ingest":
        return None
    return oldest


async def look_back(
    runner: Runner,
    position: Position,
    now: dt.datetime,
    recent: Sequence[Judged],
    past: Callable[[str, dt.datetime], Awaitable[Past]],
) -> Outcome:
    """Where the alert stands once rows that came since its last evaluation are counted where they belong.

    1. One cheap question: how old is the oldest of them? Usually not older than the last evaluation.
    2. Judge the slots it touches again, as far back as `max_lateness`; *recent* has at least those.
    3. Where one has other keys now, replay the transition function; mark what that tells as late.
    """
    outcome, alert = begin(position), position.alert
    oldest = late_since(runner, position)
    if oldest is None:
        return outcome
    at = as_of(alert, now)
    again = dirty(alert, recent, oldest, at)
    amended, memory = await _read_again(runner, alert, again, position.cursor.memory)
    counts = await _counted(runner, position, recent, (oldest, at), len(again))
    outcome = replace(
        outcome,
        cursor=replace(outcome.cursor, counts=counts, memory=memory),
        amended={at: lean(inputs) for at, inputs in amended.items()},
    )
    if all(_said(each.inputs) == _said(amended[each.at]) for each in recent if each.at in amended):
        return outcome
    slots, told = await past(alert.id, at - max_lateness(alert))
    seen = [replace(slot, inputs=amended.get(slot.at, slot.inputs)) for slot in slots]
    step = rejudge(alert, seen, told, position.instances)
    occasions: list[Occasion] = []
    for each in step.transitions:
        occasions += await occasions_of(runner, alert, [each], window(alert, each.at))
    return replace(outcome, instances=standing(step), occasions=tuple(occasions))


async def _counted(
    runner: Runner,
    position: Position,
    recent: Sequence[Judged],
    between: tuple[dt.datetime, dt.datetime],
    rejudged: int,
) -> Counts:
    """The counts of the alert, with the rows that came since its last evaluation and lie in a window judged by then.

    They are *between* the oldest of them and T. Those before `too_late_before` are counted from the first window that it can have judged on.
    """
    alert, cursor, (oldest, at) = position.alert, position.cursor, between
    horizon = too_late_before(alert, at)
    first = window(alert, as_of(alert, next_slot(alert, position.definition.created_at))).start or horizon
    windows = [window(alert, each.at) for each in recent if each.inputs is not None]
    late = await runner.rows_since(alert, cursor.seen_sequence or 0, merged(windows, horizon))
    older = [TimeWindow(first, horizon)] if max(first, oldest) < horizon else []
    too_late = await runner.rows_since(alert, cursor.seen_sequence or 0, older)
    return cursor.counts.looked_back(late + too_late, too_late, rejudged)


def _said(inputs: Inputs | None) -> object:
    """What of *inputs* decides: other values of the same keys change evidence, not what is told."""
    if inputs is None:
        return None
    return {key: each.tier for key, each in inputs.hits.items()}, inputs.bands.keys()


async def _read_again(
    runner: Runner, alert: Alert, slots: Sequence[Judged], memory: Memory | None
) -> tuple[dict[dt.datetime, Inputs], Memory | None]:
    """What these slots say now, by T; one that cannot be judged now keeps what it said. And what is remembered then.

    With a memory a slot says what was not known until now: that comes on top of what it said.
    """
    found: dict[dt.datetime, Inputs] = {}
    for slot in slots:
        if slot.inputs is None:  # it failed at its time, and was not evaluated
            continue
        try:
            reading = await read_slot(runner, alert, window(alert, slot.at), slot.at, memory)
        except EvaluationError:
            continue
        inputs = reading.inputs
        if memory is not None:
            memory, inputs = reading.memory, replace(inputs, hits={**slot.inputs.hits, **inputs.hits})
        if lean(inputs) != slot.inputs:
            found[slot.at] = inputs
    return found, memory
