"""An alert × what is stored → what it would have told: a replay over the events of a stretch of time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from lynxalert.alerts import Alert, Every, Key, Transition
from lynxalert.alerts.schedule import slots_after
from lynxalert.config.units import duration_text
from lynxalert.daemon.replay import Replay, replayed
from lynxalert.daemon.runner import EngineRunner
from lynxalert.errors import LynxError
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Delivery, Status
from lynxalert.plan import Row, TimeWindow
from lynxalert.state import history
from lynxalert.state.history import Evaluation

MOST_SLOTS = 50_000
MOST_TRANSITIONS = 1_000_000
AHEAD = 500  # slots whose questions are asked together


class BacktestError(LynxError):
    """The stretch of time has no slot, or more than can be judged in one go."""


class StoredRunner(EngineRunner):
    """The engine over what is stored already: nothing is waited for, and nothing comes late."""

    async def settle(self, now: dt.datetime) -> None:
        """Nothing to wait for."""

    def sequence(self) -> int:
        """All of it was there from the beginning."""
        return 0

    def oldest_since(self, sequence: int) -> dt.datetime | None:  # noqa: ARG002 - the runner's contract
        """Nothing came since."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One stay that was told. *ended* None: it still lasted when the stretch ended. *value* as it began."""

    key: Key
    labels: Row
    started: dt.datetime
    ended: dt.datetime | None
    value: float | None

    def meets(self, other: Episode) -> bool:
        """Whether both are of one instance and share a moment."""
        if self.key != other.key:
            return False
        begins_in_time = other.ended is None or self.started <= other.ended
        return begins_in_time and (self.ended is None or other.started <= self.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What came of it. *deliveries* are in order of time, suppressed ones included; *evaluations* by slot."""

    alert: Alert
    stretch: TimeWindow
    episodes: tuple[Episode, ...]
    deliveries: tuple[Delivery, ...] = field(repr=False)
    evaluations: tuple[Evaluation, ...] = field(repr=False)

    @property
    def sent(self) -> tuple[Delivery, ...]:
        """The messages that somebody would have received."""
        return tuple(each for each in self.deliveries if each.status is Status.DELIVERED)

    @property
    def messages(self) -> Mapping[str, Mapping[str, int]]:
        """How many of each kind, by the name of the channel."""
        found: dict[str, Counter[str]] = {}
        for each in self.sent:
            found.setdefault(each.target.name, Counter())[str(each.kind)] += 1
        return found

    @property
    def suppressed(self) -> Mapping[str, int]:
        """How many were not sent, by reason."""
        return Counter(str(each.reason) for each in self.deliveries if each.status is Status.SUPPRESSED)


async def backtest(
    alert: Alert, stretch: TimeWindow, runner: StoredRunner, inhibitions: Sequence[Inhibition] = ()
) -> Backtest:
    """Judge every slot of *alert* within *stretch*, which is closed on both sides, as the daemon would have.

    The alert is taken as enabled. It begins without a past, as if it had been made then.

    Raises:
        BacktestError: there are no slots, or too many.
    """
    start, end = stretch.start, stretch.end
    assert start is not None
    assert end is not None
    _check(alert, start, end)
    async with replayed(runner, start, inhibitions=inhibitions, ahead=AHEAD) as replay:
        await replay.put(replace(alert, enabled=True, paused=False))
        await replay.run(end)
        told, judged = await _read(replay, alert)
        if len(told) > MOST_TRANSITIONS or await replay.owes_too_much():
            raise BacktestError(
                "so much would be told in that stretch of time that it cannot be listed: shorten it"
            )
        return Backtest(
            alert=alert,
            stretch=stretch,
            episodes=tuple(_episodes(told)),
            deliveries=await replay.told(),
            evaluations=judged,
        )


def lost(before: Backtest, after: Backtest) -> tuple[Episode, ...]:
    """The episodes of *before* that *after* does not tell at any moment of theirs."""
    return tuple(each for each in before.episodes if not any(each.meets(other) for other in after.episodes))


def _check(alert: Alert, start: dt.datetime, end: dt.datetime) -> None:
    slots = slots_after(alert.schedule, alert.id, start)
    within = sum(1 for _ in islice(takewhile(end.__ge__, slots), MOST_SLOTS + 1))
    if not within:
        raise BacktestError("there is no slot in that stretch of time")
    if within > MOST_SLOTS:
        raise BacktestError(
            f"there are more than {MOST_SLOTS:,} slots in that stretch of time: {_shorter(alert)}"
        )


def _shorter(alert: Alert) -> str:
    """How long it may be."""
    if not isinstance(alert.schedule, Every):
        return "shorten it"
    longest = duration_text(alert.schedule.interval * MOST_SLOTS)
    return f"with one every {alert.schedule.text} it may be {longest} long"


async def _read(replay: Replay, alert: Alert) -> tuple[list[Transition], tuple[Evaluation, ...]]:
    """What happened, oldest first."""
    async with replay.database.read() as tx:
        told = await history.transitions_of(tx, alert.id, limit=MOST_TRANSITIONS + 1)
        judged = await history.evaluations_of(tx, alert.id, limit=MOST_SLOTS)
    return [each.transition for each in reversed(told)], tuple(reversed(judged))


def _episodes(told: Sequence[Transition]) -> Iterator[Episode]:
    by_episode: dict[str, list[Transition]] = {}
    for each in told:
        by_episode.setdefault(each.episode, []).append(each)
    for transitions in by_episode.values():
        first = transitions[0]
        ends = [each.at for each in transitions if each.is_end]
        yield Episode(
            key=first.key,
            labels=first.labels,
            started=first.started,
            ended=max(ends, default=None),
            value=first.value,
        )
