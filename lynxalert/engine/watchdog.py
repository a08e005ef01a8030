"""Deadlines, and callers who left → interrupts.

One thread serves every run: starting one for each would cost as much as a small query.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lynxalert.clock import monotonic

NEVER = float("inf")
AGAIN = 0.05  # seconds: an interrupt that falls between two statements of a run is lost


class Watchdog:
    """Interrupts whoever is watched past their deadline, until they end."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[int, tuple[float, Callable[[], object], Stop | None]] = {}
        self._numbers = itertools.count()
        self._wakes = NEVER
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(
        self, seconds: float, interrupt: Callable[[], object], stop: Stop | None = None
    ) -> Iterator[None]:
        """Call *interrupt*, from another thread, once *seconds* have passed in here or *stop* is said.

        Never after the end.
        """
        number, due = next(self._numbers), monotonic() + seconds
        with self._changed:
            if stop is not None and stop.said:
                due = monotonic()
            self._watched[number] = due, interrupt, stop
            if due < self._wakes:
                self._wake()
        try:
            yield
        finally:
            with self._changed:
                del self._watched[number]

    def look(self) -> None:
        """Look at once who is to be interrupted."""
        with self._changed:
            if self._thread is not None:
                self._changed.notify()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()
        else:
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._bark(monotonic())
                self._wakes = min((due for due, *_ in self._watched.values()), default=NEVER)
                self._changed.wait(None if self._wakes == NEVER else max(0.0, self._wakes - monotonic()))

    def _bark(self, now: float) -> None:
        for number, (due, interrupt, stop) in list(self._watched.items()):
            if due <= now or (stop is not None and stop.said):
                interrupt()
                self._watched[number] = now + AGAIN, interrupt, stop


WATCHDOG = Watchdog()


class Stop:
    """Nobody waits for the rows any more: said once, from any thread, and every run under it ends."""

    def __init__(self) -> None:
        self.said = False

    def say(self) -> None:
        """End what runs under this, and what would begin to."""
        self.said = True
        WATCHDOG.look()
