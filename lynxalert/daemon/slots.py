"""Slots of one alert → what they amount to: rows judged, transitions told, the cursor moved. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lynxalert.alerts import Alert, Inputs, Instance, Key, Lifecycle, NoData, Step, Transition
from lynxalert.alerts.catchup import due, retry_at
from lynxalert.alerts.changes import lifecycle
from lynxalert.alerts.conditions import Memory, View, build
from lynxalert.alerts.conditions.no_data import SILENCE
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.health import Notice, failed, judged
from lynxalert.alerts.schedule import as_of, next_slot, previous_slot, window
from lynxalert.alerts.state import step
from lynxalert.alerts.turn import Turn
from lynxalert.clock import monotonic
from lynxalert.daemon.runner import Runner
from lynxalert.lang import QueryError
from lynxalert.notify.facts import Occasion
from lynxalert.plan import TimeWindow
from lynxalert.state import Cursor, Definition, Evaluation, instances

CROWD = 5  # instances that begin to fire together: their evidence is asked for once


@dataclass(frozen=True, slots=True)
class Position:
    """Where one alert stands, as stored."""

    definition: Definition
    cursor: Cursor
    instances: Mapping[Key, Instance]

    @property
    def alert(self) -> Alert:
        """What is evaluated."""
        return self.definition.alert


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an alert stands after some slots, and all that is to be committed with that, or not at all.

    *amended* is what a second look at past slots saw anew, by T.
    """

    before: Position
    cursor: Cursor
    instances: Mapping[Key, Instance]
    evaluations: tuple[Evaluation, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    notices: tuple[Notice, ...] = ()
    amended: Mapping[dt.datetime, Inputs] = field(default_factory=dict)

    @property
    def alert(self) -> Alert:
        """What was evaluated."""
        return self.before.alert

    @property
    def is_news(self) -> bool:
        """Whether anything differs from what is stored."""
        return bool(self.evaluations or self.occasions or self.amended) or self.cursor != self.before.cursor


@dataclass(frozen=True, slots=True)
class Reading:
    """What one slot says: the alert with the policy its condition implies, and the inputs of the step."""

    alert: Alert
    inputs: Inputs
    memory: Memory | None
    rows: int


async def run_due(
    runner: Runner,
    position: Position,
    now: dt.datetime,
    acked: frozenset[str] = frozenset(),
    begun: Outcome | None = None,
) -> Outcome:
    """Judge every slot that is due at *now*, oldest first; *begun* is what a look back at late rows came to.

    1. Leave a gap where `catchup_limit` leaves slots behind.
    2. Run each of the others in order, with its own T.
    3. Stop at a passing error: that slot is tried again, and none overtakes it.
    """
    plan = due(position.alert, cursor_slot(position, now), now)
    outcome = begun or begin(position)
    if outcome.cursor.next_slot != plan.next_slot:
        outcome = replace(outcome, cursor=replace(outcome.cursor, next_slot=plan.next_slot))
    if plan.gap is not None:
        gap = plan.gap
        lost = Evaluation(
            alert_id=position.alert.id,
            kind="gap",
            slot=gap.first,
            at=gap.last,
            recorded_at=now,
            slots=gap.slots,
        )
        counted = replace(outcome.cursor, counts=outcome.cursor.counts.missed(gap.slots))
        outcome = replace(outcome, cursor=counted, evaluations=(*outcome.evaluations, lost))
    for done, slot in enumerate(plan.slots):
        outcome = await _run_slot(runner, outcome, slot, now, acked)
        if outcome.cursor.next_slot <= slot:
            return _behind(outcome, len(plan.slots) - done - 1)
    return _behind(outcome, 0)


def look_at(alert: Alert, cursor: Cursor, now: dt.datetime) -> dt.datetime | None:
    """When to look at *alert* next; None for a disabled one, or one paused without end."""
    at = cursor.retry_at or cursor.next_slot
    match lifecycle(alert, now):
        case Lifecycle.ENABLED:
            return at
        case Lifecycle.PAUSED if alert.paused_until is not None:
            return max(at, alert.paused_until)
        case _:
            return None


def begin(position: Position) -> Outcome:
    """The outcome of doing nothing yet."""
    return Outcome(position, position.cursor, position.instances)


async def read_slot(
    runner: Runner, alert: Alert, window_: TimeWindow, at: dt.datetime, memory: Memory | None
) -> Reading:
    """What the events of *window_* say as of *at*: rows, judged; and who was there, where that matters.

    Raises:
        EvaluationError: the query or its judgement failed.
    """
    condition = build(alert.when)
    result = await runner.run(alert, window_, at)
    keys = () if alert.trigger_once else runner.key_fields(alert)
    second = condition.second_window(window_, memory)
    baseline = await runner.run(alert, second, at) if second is not None else None
    verdict = condition.judge(View(result, keys, at, baseline, memory))
    adjusted = condition.adjust(alert, keys)
    inputs = verdict.inputs
    if adjusted.policy.no_data is not NoData.OK and inputs.present is None:
        present = await runner.present(alert, window_, at)
        inputs = replace(inputs, present={"{}": {}} if present and not keys else present)
    return Reading(adjusted, inputs, verdict.memory, len(result.rows))


async def occasions_of(
    runner: Runner, alert: Alert, told: Sequence[Transition], window_: TimeWindow
) -> tuple[Occasion, ...]:
    """*told* with what messages may say of it; starts carry their newest events."""
    found = []
    starts = [each for each in told if _wants_evidence(each)]
    by_key: Mapping[Key, Sequence[str]] = {}
    if len(starts) >= CROWD:
        by_key = await runner.evidence_by_key(alert, window_, starts[0].at, [each.key for each in starts])
    for each in told:
        is_silence = each.match is not None and each.match.is_of_silence
        row = each.match.values if each.match is not None else None
        evidence = by_key.get(each.key, ())
        if len(starts) < CROWD and _wants_evidence(each):
            evidence = await runner.evidence(alert, window_, each.at, each.labels)
        found.append(
            Occasion(
                alert=alert,
                transition=each,
                condition=SILENCE if is_silence else runner.phrase(alert, row),
                window=window_,
                rows=each.match.rows if each.match is not None else (),
                evidence=evidence,
            )
        )
    return tuple(found)


def _wants_evidence(told: Transition) -> bool:
    return told.is_start and not told.held


async def _run_slot(
    runner: Runner, outcome: Outcome, slot: dt.datetime, now: dt.datetime, acked: frozenset[str]
) -> Outcome:
    """*outcome* one slot further: judged, or failed."""
    alert, started = outcome.alert, monotonic()
    at = as_of(alert, slot)
    looked_at = window(alert, at)
    sequence = runner.sequence()
    record = Evaluation(
        alert_id=alert.id,
        kind="judged",
        slot=slot,
        at=at,
        recorded_at=now,
        window=looked_at,
        sequence=sequence,
    )
    try:
        reading = await read_slot(runner, alert, looked_at, at, outcome.cursor.memory)
    except EvaluationError as error:
        return _failed(outcome, record, error, now)
    except QueryError as error:
        return _failed(outcome, record, EvaluationError(str(error)), now)
    before = previous_slot(alert, slot)
    turn = Turn(reading.alert, at, as_of(alert, before) if before is not None else None, acked)
    taken = step(turn, outcome.instances, reading.inputs)
    told = await occasions_of(runner, alert, taken.transitions, looked_at)
    elapsed = dt.timedelta(seconds=monotonic() - started)
    return _judged(outcome, record, elapsed, reading, taken, told)


def _judged(
    outcome: Outcome,
    record: Evaluation,
    elapsed: dt.timedelta,
    reading: Reading,
    taken: Step,
    told: tuple[Occasion, ...],
) -> Outcome:
    alert, inputs, cursor = outcome.alert, reading.inputs, outcome.cursor
    health, notices = judged(cursor.health, alert.id, taken.refused, alert.policy.max_instances, record.at)
    moved = replace(
        cursor,
        next_slot=next_slot(alert, record.slot),
        checked_at=record.at,
        hit_at=record.at if inputs.hits else cursor.hit_at,
        attempt=0,
        retry_at=None,
        health=health,
        memory=reading.memory,
        seen_sequence=record.sequence,
        counts=cursor.counts.judged(elapsed),
    )
    values = (match.value for match in (*inputs.hits.values(), *inputs.bands.values()))
    record = replace(
        record, duration=elapsed, rows=reading.rows, value=next(values, None), inputs=lean(inputs)
    )
    return replace(
        outcome,
        cursor=moved,
        instances=standing(taken),
        evaluations=(*outcome.evaluations, record),
        occasions=(*outcome.occasions, *told),
        notices=(*outcome.notices, *notices),
    )


def standing(taken: Step) -> Mapping[Key, Instance]:
    """The instances after a step, as they are stored: the next slot knows no more of them, whoever judges it, and when."""
    return {key: instances.lean(each) for key, each in taken.instances.items()}


def lean(inputs: Inputs) -> Inputs:
    """What of *inputs* is kept for a second look: hits and bands."""
    return Inputs(inputs.hits, inputs.bands)


def _failed(outcome: Outcome, record: Evaluation, error: EvaluationError, now: dt.datetime) -> Outcome:
    """Instances stay as they are. A lasting error, or one tried for too long, moves the cursor on."""
    alert, cursor = outcome.alert, outcome.cursor
    health, notices = failed(cursor.health, alert.id, str(error), record.at, alert.policy.error_after)
    attempt = cursor.attempt + 1
    again = retry_at(attempt, record.slot, now, alert.catchup_limit) if error.transient else None
    moved = replace(cursor, health=health, attempt=attempt, retry_at=again, counts=cursor.counts.failed())
    if again is None:
        moved = replace(moved, next_slot=next_slot(alert, record.slot), attempt=0)
    return replace(
        outcome,
        cursor=moved,
        evaluations=(*outcome.evaluations, replace(record, kind="error", error=str(error))),
        notices=(*outcome.notices, *notices),
    )


def cursor_slot(position: Position, now: dt.datetime) -> dt.datetime:
    """The slot the cursor stands on; a pause that has run out takes the slots in it along."""
    alert, slot = position.alert, position.cursor.next_slot
    until = alert.paused_until if alert.paused else None
    if until is None or not slot < until <= now:
        return slot
    return next_slot(alert, until - dt.timedelta(microseconds=1))


def _behind(outcome: Outcome, waiting: int) -> Outcome:
    if outcome.cursor.health.behind == waiting:
        return outcome
    health = replace(outcome.cursor.health, behind=waiting)
    return replace(outcome, cursor=replace(outcome.cursor, health=health))
