"""History: evaluations, gaps and transitions, written once, read newest first, pruned by age."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Inputs, Kind, Transition
from lynxalert.alerts.late import Judged
from lynxalert.plan import TimeWindow
from lynxalert.state import codec
from lynxalert.state.instances import lasting
from lynxalert.state.lots import lots
from lynxalert.state.many import Many
from lynxalert.state.tables import evaluations, transitions
from lynxalert.state.turns import in_turn

QUIET = Inputs()  # what a slot without hits and bands says; not written down
FORGOTTEN = False  # in the place of what a slot said, once nobody can ask any more
SMALL = 2048  # characters of what a slot said that are kept as long as the slot itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One slot's record. *kind*: judged | error | gap; a gap stands for *slots* slots, from *slot* to *at*.

    *sequence* is the newest ingest sequence it could see, *inputs* what the slot said, kept for `max_lateness`.
    *number* is given by the store and grows.
    """

    alert_id: str
    kind: str
    slot: dt.datetime
    at: dt.datetime
    recorded_at: dt.datetime
    window: TimeWindow | None = None
    slots: int = 1
    rows: int | None = None
    value: float | None = None
    duration: dt.timedelta | None = None
    sequence: int | None = None
    error: str | None = None
    inputs: Inputs | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transition of history, with its *number*, which grows, and when it was committed."""

    number: int
    recorded_at: dt.datetime
    transition: Transition


async def record(tx: AsyncConnection, made: Sequence[Evaluation]) -> None:
    """Append evaluations."""
    await _RECORD.execute(tx, [_evaluation_columns(each) for each in made])


async def append(tx: AsyncConnection, told: Sequence[Transition], now: dt.datetime) -> None:
    """Append transitions; one that is there already, after a crash, is left as it is."""
    await _APPEND.execute(tx, [_transition_columns(each, now) for each in told])


async def known(tx: AsyncConnection, episodes: Collection[str]) -> frozenset[str]:
    """Those of *episodes* of which anything was told."""
    wanted, found = list(episodes), set()
    for lot in lots(wanted):
        part = transitions.c.episode.in_(lot)
        found |= set((await tx.execute(select(transitions.c.episode).where(part))).scalars())
    return frozenset(found)


async def transitions_of(
    tx: AsyncConnection,
    alert_id: str,
    *,
    limit: int,
    before: int | None = None,
    kinds: Collection[str] = (),
    oldest_first: bool = False,
) -> tuple[Recorded, ...]:
    """The newest transitions of an alert, of *kinds* if any are given, older than number *before*, newest first.

    *oldest_first*: the other way round, from the oldest that is newer than it.
    """
    found = select(transitions).where(transitions.c.alert_id == alert_id)
    if kinds:
        found = found.where(transitions.c.kind.in_(list(kinds)))
    rows = await tx.execute(in_turn(found, transitions.c.id, limit, before, oldest_first=oldest_first))
    return tuple(map(recorded, rows.mappings()))


async def newest(tx: AsyncConnection, episodes: Sequence[str]) -> tuple[Transition, ...]:
    """What was told last of each of *episodes*, in their order: neither repeats nor what flapping holds."""
    found: dict[str, Transition] = {}
    for lot in lots(episodes):
        part = (transitions.c.episode.in_(lot)) & (transitions.c.kind != str(Kind.REPEATED))
        rows = await tx.execute(select(transitions).where(part).order_by(transitions.c.id))
        for told in (recorded(row).transition for row in rows.mappings()):
            if not told.held:
                found[told.episode] = told
    return tuple(found[each] for each in episodes if each in found)


async def transitions_since(tx: AsyncConnection, alert_id: str, at: dt.datetime) -> tuple[Transition, ...]:
    """What was told of an alert with T from *at* on, oldest first."""
    found = select(transitions).where(transitions.c.alert_id == alert_id, transitions.c.at >= at)
    rows = await tx.execute(found.order_by(transitions.c.id))
    return tuple(recorded(row).transition for row in rows.mappings())


async def evaluations_of(
    tx: AsyncConnection,
    alert_id: str,
    *,
    limit: int,
    before: int | None = None,
    kinds: Collection[str] = (),
    oldest_first: bool = False,
) -> tuple[Evaluation, ...]:
    """As `transitions_of`, of evaluations."""
    c = evaluations.c
    found = select(evaluations).where(c.alert_id == alert_id)
    if kinds:
        found = found.where(c.kind.in_(list(kinds)))
    if before is not None:
        # By T, not by number: a gap stands for slots, and a clock may be set back. One that is gone has no T any more.
        at = await tx.scalar(select(c.at).where(c.id == before))
        is_behind = operator.gt if oldest_first else operator.lt
        behind = is_behind(c.id, before)
        if at is not None:
            behind = or_(is_behind(c.at, at), and_(c.at == at, behind))
        found = found.where(behind)
    turn = (c.at, c.id) if oldest_first else (c.at.desc(), c.id.desc())
    rows = await tx.execute(found.order_by(*turn).limit(limit))
    return tuple(map(evaluation, rows.mappings()))


async def judged_since(tx: AsyncConnection, alert_id: str, at: dt.datetime) -> tuple[Judged, ...]:
    """The slots judged with T from *at* on, oldest first, each with the T of the one before."""
    found = select(evaluations).where(evaluations.c.alert_id == alert_id, evaluations.c.at >= at)
    rows = (await tx.execute(found.where(evaluations.c.kind != "gap").order_by(evaluations.c.id))).mappings()
    slots: list[Judged] = []
    for each in map(evaluation, rows):
        slots.append(Judged(each.at, slots[-1].at if slots else None, each.inputs))
    return tuple(slots)


async def recent(
    tx: AsyncConnection, alert_ids: Sequence[str], at: dt.datetime
) -> dict[str, tuple[Judged, ...]]:
    """The slots of each of these alerts judged with T from *at* on, oldest first; what came before is not said."""
    found: dict[str, list[Judged]] = {each: [] for each in alert_ids}
    for lot in lots(alert_ids):
        part = evaluations.c.alert_id.in_(lot)
        said = select(evaluations.c.alert_id, evaluations.c.at, evaluations.c.kind, evaluations.c.inputs)
        said = said.where(part, evaluations.c.at >= at, evaluations.c.kind != "gap")
        for row in await tx.execute(said.order_by(evaluations.c.id)):
            found[row.alert_id].append(Judged(row.at, None, _inputs(row.kind, row.inputs)))
    return {each: tuple(slots) for each, slots in found.items()}


async def amend(tx: AsyncConnection, alert_id: str, at: dt.datetime, inputs: Inputs) -> None:
    """Put what a second look at the slot of *at* saw in place of what the first one saw."""
    slot = (evaluations.c.alert_id == alert_id) & (evaluations.c.at == at) & (evaluations.c.kind == "judged")
    await tx.execute(evaluations.update().where(slot).values(inputs=None if inputs == QUIET else inputs))


async def prune(tx: AsyncConnection, keep_from: dt.datetime, inputs_from: dt.datetime) -> int:
    """Delete what was recorded before *keep_from*, and large inputs before *inputs_from*; how many rows went.

    Small ones stay with their slot: what an instance was worth then is asked long after. What began an episode that lasts,
    and changed it, stays as long as it does: whoever joins is told of it.
    """
    await tx.execute(
        evaluations.update()
        .where(evaluations.c.recorded_at < inputs_from, func.length(evaluations.c.inputs) > SMALL)
        .values(inputs=FORGOTTEN)
    )
    lasts = transitions.c.episode.in_(lasting()) & (transitions.c.kind != str(Kind.REPEATED))
    gone = 0
    for stale in (
        delete(evaluations).where(evaluations.c.recorded_at < keep_from),
        delete(transitions).where(transitions.c.recorded_at < keep_from, ~lasts),
    ):
        gone += (await tx.execute(stale)).rowcount
    return gone


async def thin(tx: AsyncConnection, most: int, before: dt.datetime, piece: int) -> int:
    """Delete up to *piece* evaluations recorded before *before* that are more than *most*; how many went.

    Quiet slots go as soon as *most* younger ones stand behind them, any other when twice as many do.
    """
    newest = await tx.scalar(select(func.max(evaluations.c.id))) or 0
    quiet = (evaluations.c.kind == "judged") & evaluations.c.inputs.is_(None)
    surplus = (evaluations.c.id <= newest - 2 * most) | (quiet & (evaluations.c.id <= newest - most))
    chosen = select(evaluations.c.id).where(surplus, evaluations.c.recorded_at < before).limit(piece)
    return (await tx.execute(delete(evaluations).where(evaluations.c.id.in_(chosen)))).rowcount


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many transitions of each kind were ever recorded and not pruned."""
    found = select(transitions.c.kind, func.count().label("many")).group_by(transitions.c.kind)
    return {row.kind: row.many for row in await tx.execute(found)}


def _evaluation_columns(made: Evaluation) -> dict[str, Any]:
    return {
        "alert_id": made.alert_id,
        "kind": made.kind,
        "slot": made.slot,
        "at": made.at,
        "recorded_at": made.recorded_at,
        "starts": made.window.start if made.window else None,
        "ends": made.window.end if made.window else None,
        "slots": made.slots,
        "rows": made.rows,
        "value": made.value,
        "duration": made.duration.total_seconds() if made.duration is not None else None,
        "sequence": made.sequence,
        "error": made.error,
        "inputs": made.inputs if made.inputs is not None and made.inputs != QUIET else None,
    }


def evaluation(row: RowMapping) -> Evaluation:
    """The evaluation of *row*."""
    has_window = row["starts"] is not None or row["ends"] is not None
    return Evaluation(
        number=row["id"],
        alert_id=row["alert_id"],
        kind=row["kind"],
        slot=row["slot"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        window=TimeWindow(row["starts"], row["ends"]) if has_window else None,
        slots=row["slots"],
        rows=row["rows"],
        value=row["value"],
        duration=dt.timedelta(seconds=row["duration"]) if row["duration"] is not None else None,
        sequence=row["sequence"],
        error=row["error"],
        inputs=_inputs(row["kind"], row["inputs"]),
    )


def _inputs(kind: str, stored: Any) -> Inputs | None:
    """What a slot said: nothing, if it was judged and nothing was kept of it."""
    if stored is None:
        return QUIET if kind == "judged" else None
    return None if stored is FORGOTTEN else codec.unpack(Inputs, stored)


_RECORD = Many(insert(evaluations), [each.name for each in evaluations.c if each.name != "id"])
_APPEND = Many(
    insert(transitions).on_conflict_do_nothing(index_elements=["episode", "sequence"]),
    [each.name for each in transitions.c if each.name != "id"],
)


def _transition_columns(told: Transition, now: dt.datetime) -> dict[str, Any]:
    return {
        "alert_id": told.alert_id,
        "key": told.key,
        "kind": str(told.kind),
        "episode": told.episode,
        "sequence": told.sequence,
        "at": told.at,
        "recorded_at": now,
        "body": told,
    }


def recorded(row: RowMapping) -> Recorded:
    """The transition of *row*."""
    return Recorded(row["id"], row["recorded_at"], codec.unpack(Transition, row["body"]))
