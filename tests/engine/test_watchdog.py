"""Interrupts: at the deadline, again while the run lasts, never after it."""

from __future__ import annotations

import threading

from lynxalert.engine.watchdog import AGAIN, Watchdog

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
