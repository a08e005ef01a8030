"""Interrupts: at the deadline, again while the run lasts, never after it."""

from __future__ import annotations

import threading

import pytest

from lynxalert.engine import Engine, QueryStopped, Stop
from lynxalert.engine.watchdog import AGAIN, WATCHDOG, Watchdog
from lynxalert.events import EventStore
from tests.fakes import FakeClock
from tests.queries import NOW

PATIENCE = 30


def test_a_run_past_its_deadline_is_interrupted_until_it_ends() -> None:
    calls = threading.Semaphore(0)
    with Watchdog().watching(0.0, calls.release):
        assert calls.acquire(timeout=PATIENCE)
        assert calls.acquire(timeout=PATIENCE)


def test_a_shorter_deadline_is_not_kept_waiting_by_a_longer_one() -> None:
    dog, called, other = Watchdog(), threading.Event(), threading.Event()
    with dog.watching(3600, other.set), dog.watching(AGAIN, called.set):
        assert called.wait(PATIENCE)
    assert not other.is_set()


def test_what_has_ended_is_left_alone() -> None:
    dog, ended, running = Watchdog(), threading.Event(), threading.Event()
    with dog.watching(2 * AGAIN, running.set):
        with dog.watching(AGAIN, ended.set):
            pass
        assert running.wait(PATIENCE)
    assert not ended.is_set()


def test_what_is_told_to_stop_is_interrupted_before_its_deadline() -> None:
    stop, calls = Stop(), threading.Semaphore(0)
    with WATCHDOG.watching(3600, calls.release, stop):
        assert not calls.acquire(blocking=False)
        stop.say()
        assert calls.acquire(timeout=PATIENCE)
        assert calls.acquire(timeout=PATIENCE)
    with WATCHDOG.watching(3600, calls.release, stop):
        assert calls.acquire(timeout=PATIENCE), "what begins afterwards is stopped too"


def test_a_run_that_is_told_to_stop_ends_as_that() -> None:
    store = EventStore(":memory:", clock=FakeClock())
    engine, stop = Engine(store), Stop()
    stop.say()
    slow = "| makeresults count=1000000 | eval x=mvrange(0,1000) | mvexpand x | stats dc(x)"
    try:
        with pytest.raises(QueryStopped):
            engine.under(stop).query(slow, now=NOW)
        with pytest.raises(QueryStopped):
            engine.under(stop).stream(slow, now=NOW)
        assert len(engine.query("| makeresults", now=NOW).rows) == 1, "others are left alone"
    finally:
        store.close()
