"""Events handed over for a trial → a runner over a store in memory that holds them and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lynxalert.api.trying import Injected
from lynxalert.daemon.backtest import StoredRunner
from lynxalert.daemon.replay import ReplayClock
from lynxalert.engine import Engine
from lynxalert.events import Event, EventStore
from lynxalert.events.script import play
from lynxalert.plan import TimeWindow

MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a trial over events of its own is played on. Close it."""

    store: EventStore
    engine: Engine
    runner: StoredRunner

    def close(self) -> None:
        """Let go of the store. It blocks: for a thread."""
        self.runner.close()
        self.store.close()


def stage(engine: Engine, events: Sequence[Injected], window: TimeWindow, now: dt.datetime) -> Stage:
    """A stage whose store has *events*, all of which arrived just before the end of *window*.

    Those that say when happened then, counted from the start of *window*; others when their text says, or on arrival.
    *engine* lends macros, lookups and data models. It blocks: for a thread.
    """
    end = window.end or now
    store = EventStore(":memory:", clock=ReplayClock(end - MOMENT))
    known = engine.compiler.knowledge
    own = Engine(store, macros=known.macros, lookups=known.lookups, datamodels=known.models)
    found = Stage(store, own, StoredRunner(own, store, parallel=1))
    try:
        store.keep(list(_events(events, window.start or end - MOMENT)))
    except BaseException:
        found.close()
        raise
    return found


def _events(injected: Sequence[Injected], start: dt.datetime) -> Iterator[Event]:
    for each in injected:
        for played in play([each.line], start):
            yield replace(played.event, time=played.at) if each.timed else played.event
