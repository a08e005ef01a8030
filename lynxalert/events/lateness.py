"""How far back in event time new rows reach: what tells an alert that an old window has changed."""

from __future__ import annotations

import threading
from collections import deque

REMEMBERED = 4_096  # batches


class Lateness:
    """The earliest event time of each recent batch, in µs since 1970 UTC. Any thread may use it."""

    def __init__(self, sequence: int) -> None:
        self._lock = threading.Lock()
        self._since = sequence  # of what came up to here nothing is remembered
        self._batches: deque[tuple[int, int]] = deque()

    def add(self, sequence: int, earliest: int) -> None:
        """A batch ended with *sequence*; its earliest event was at *earliest*."""
        with self._lock:
            if len(self._batches) >= REMEMBERED:
                self._since, _ = self._batches.popleft()
            self._batches.append((sequence, earliest))

    def earliest_since(self, sequence: int) -> tuple[bool, int | None]:
        """Whether it is known, and the earliest time among batches that reach beyond *sequence*; None for none."""
        with self._lock:
            if sequence < self._since:
                return False, None
            return True, min((earliest for last, earliest in self._batches if last > sequence), default=None)
