"""What happens in the daemon → what it counts and how its parts are: the one listener to evaluator and sender."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily

from lynxalert.api.metrics import BUCKETS, Metrics
from lynxalert.clock import Clock
from lynxalert.daemon.slots import Outcome
from lynxalert.daemon.tallied import Tallies
from lynxalert.events import EventStore
from lynxalert.notify.model import Delivery
from lynxalert.notify.wellbeing import ChannelHealth, Wellbeing

RESULTS = ("reachable", "unreachable", "unknown", "ok", "error")  # of probes, then of test messages
DELAYS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)  # seconds


@dataclass(slots=True)
class Part:
    """A part that runs or does not: `down` before it starts and once it stops, `degraded` while it does not get on."""

    up: bool = False
    last: dt.datetime | None = None  # when it last did something
    stall: Callable[[], str | None] = lambda: None  # what keeps it from getting on

    def health(self) -> Mapping[str, Any]:
        """`ok` while it runs and gets on."""
        stalled = self.stall() if self.up else None
        status = "down" if not self.up else "ok" if stalled is None else "degraded"
        return {"status": status, "last_activity": self.last, "failure": stalled}


@dataclass(slots=True)
class StorePart:
    """The event store: degraded while its tables take nothing, or nothing is accepted."""

    store: EventStore

    def stall(self, _now: dt.datetime) -> str | None:
        """What keeps it from taking events, if anything does."""
        counted = self.store.counters()
        return counted.failure or counted.refusal

    def health(self) -> Mapping[str, Any]:
        """What was stored, what waits, what stands in the way."""
        counted = self.store.counters()
        mended = self.store.recovery
        return {
            "status": "degraded" if counted.failure or counted.refusal or counted.damage else "ok",
            "stored": counted.stored,
            "queued": counted.queued,
            "dead_letters": counted.dead_letters,
            "late": counted.late,
            "failure": counted.failure,
            "refusal": counted.refusal,
            "damage": counted.damage,
            "damaged_log_records": len(mended.damage),
            "database_made_again": None
            if mended.moved is None
            else {
                "moved_to": str(mended.moved.path),
                "reason": mended.moved.reason,
                "events_restored": mended.events,
                "restored_since": mended.oldest,
            },
        }


@dataclass(slots=True, eq=False)  # a registry tells collectors apart by identity
class Senders:
    """The store's tallies as Prometheus collects them."""

    store: EventStore

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Events by source, outcome and reason; at most a hundred sources by name."""
        family = CounterMetricFamily(
            "lynxalert_ingest_events",
            "Events offered by senders, by what became of them.",
            labels=("source", "outcome", "reason"),
        )
        for labels, count in list(self.store.tallies.counts.items()):
            family.add_metric(labels, count)
        yield family


class Lateness:
    """How late slots are, how many wait, and what rows did that came late."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._delay = Histogram(
            "lynxalert_slot_delay_seconds",
            "From the instant a slot was due to the commit of what came of it.",
            buckets=DELAYS,
            registry=registry,
        )
        self._rejudged = Counter(
            "lynxalert_rejudged_windows", "Windows judged again because rows came late.", registry=registry
        )
        self._late = Counter(
            "lynxalert_late_rows",
            "Rows that came when their window had been judged, over all alerts.",
            registry=registry,
        )
        self._too_late = Counter(
            "lynxalert_too_late_rows", "Late rows beyond `max_lateness`, over all alerts.", registry=registry
        )
        self.waiting: Callable[[], int] = lambda: 0  # slots of alerts that have not had their turn
        behind = Gauge(
            "lynxalert_slots_behind",
            "Slots that wait: for one that failed, or for the turn of an alert that is late.",
            registry=registry,
        )
        behind.set_function(lambda: sum(self._behind.values()) + self.waiting())
        self._behind: dict[str, int] = {}

    def count(self, outcome: Outcome, now: dt.datetime) -> None:
        """*outcome* was committed at *now*."""
        before, after = outcome.before.cursor.counts, outcome.cursor.counts
        self._rejudged.inc(after.rejudged_windows - before.rejudged_windows)
        self._late.inc(after.late_rows - before.late_rows)
        self._too_late.inc(after.too_late_rows - before.too_late_rows)
        self._behind.pop(outcome.alert.id, None)
        if outcome.cursor.health.behind:
            self._behind[outcome.alert.id] = outcome.cursor.health.behind
        for each in outcome.evaluations:
            if each.kind == "judged":
                self._delay.observe((now - each.slot).total_seconds())


class Observer:
    """Hears of commits and settled deliveries."""

    def __init__(self, metrics: Metrics, store: EventStore, clock: Clock) -> None:
        self.metrics = metrics
        self.scheduler = Part()
        self.outbox = Part()
        self.store = StorePart(store)
        self._clock = clock
        registry = metrics.registry
        self._evaluations = Counter(
            "lynxalert_evaluations", "Slots by outcome: judged, error, gap.", ("kind",), registry=registry
        )
        self._seconds = Histogram(
            "lynxalert_evaluation_seconds", "Time to judge a slot.", buckets=BUCKETS, registry=registry
        )
        self._late = Lateness(registry)
        self._tallies: Tallies | None = None
        self._transitions = Counter("lynxalert_transitions", "What was told.", ("kind",), registry=registry)
        self._attempts = Counter(
            "lynxalert_deliveries",
            "Attempts by channel type and outcome.",
            ("type", "status"),
            registry=registry,
        )
        self._reloads = Counter(
            "lynxalert_config_reloads", "Reloads by outcome.", ("outcome",), registry=registry
        )
        self._config_ok = Gauge(
            "lynxalert_config_ok", "1 while the file on disk, as last read, is in force.", registry=registry
        )
        self._config_ok.set(1)
        registry.register(Senders(store))
        queued = Gauge("lynxalert_events_queued", "Accepted, not in the tables yet.", registry=registry)
        queued.set_function(lambda: store.counters().queued)
        dead = Gauge(
            "lynxalert_dead_letters", "Events kept because they could not be stored.", registry=registry
        )
        dead.set_function(lambda: store.counters().dead_letters)
        late = Gauge(
            "lynxalert_events_late", "Stored more than a minute after their own time.", registry=registry
        )
        late.set_function(lambda: store.counters().late)

    def tally(self, known: Callable[[], Iterable[str]]) -> None:
        """Count each alert by itself; *known* are those that there are."""
        self._tallies = Tallies(known)
        self.metrics.registry.register(self._tallies)

    def lag(self, waiting: Callable[[], int]) -> None:
        """Slots that wait for the turn of their alert, *waiting* many, are behind as well."""
        self._late.waiting = waiting

    def watch(self, channels: Callable[[], Iterable[ChannelHealth]]) -> None:
        """Count channels by how they are."""
        gauge = Gauge(
            "lynxalert_channels",
            "Channels by how they are: untried, ok, failing, red.",
            ("state",),
            registry=self.metrics.registry,
        )
        for state in Wellbeing:
            gauge.labels(str(state)).set_function(partial(_count, channels, state))
        tests = Gauge(
            "lynxalert_channel_tests",
            "Channels by what their last probe or test message came to.",
            ("result",),
            registry=self.metrics.registry,
        )
        for result in RESULTS:
            tests.labels(result).set_function(partial(_tested, channels, result))

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Slots were judged and committed."""
        now = self.scheduler.last = self._clock.now()
        if self._tallies is not None:
            self._tallies.count(outcomes)
        for outcome in outcomes:
            self._late.count(outcome, now)
            for each in outcome.evaluations:
                self._evaluations.labels(each.kind).inc(each.slots)
                if each.duration is not None:
                    self._seconds.observe(each.duration.total_seconds())
            for occasion in outcome.occasions:
                self._transitions.labels(str(occasion.transition.kind)).inc()

    def settled(self, delivery: Delivery) -> None:
        """A delivery was tried, or given up."""
        self.outbox.last = self._clock.now()
        self._attempts.labels(delivery.target.type, str(delivery.status)).inc()

    def reloaded(self, applied: bool) -> None:  # noqa: FBT001 - a callback of one fact
        """The configuration was read again."""
        self._reloads.labels("applied" if applied else "refused").inc()
        self._config_ok.set(1 if applied else 0)


def _tested(channels: Callable[[], Iterable[ChannelHealth]], result: str) -> int:
    return sum(each.tested == result for each in channels())


def _count(channels: Callable[[], Iterable[ChannelHealth]], state: Wellbeing) -> int:
    return sum(each.state is state for each in channels())
