"""A full queue → senders that wait a moment before they are read: what is refused after decoding was decoded for nothing."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from lynxalert.events.sleeper import Sleeper

AT_ONCE = 16  # senders let in each time there is room; who finds it taken again is refused


class Turnstile:
    """First come, first served. Senders are coroutines of any loop; any thread may `open` it."""

    def __init__(self, is_full: Callable[[], bool], patience: float) -> None:
        self._is_full = is_full
        self._patience = patience  # seconds
        self._waiting: deque[Sleeper] = deque()
        self._lock = threading.Lock()

    async def enter(self) -> None:
        """Return when there is room, or the patience is over: whoever reserves then says whether there is any."""
        if self._patience <= 0 or not self._is_full():
            return
        sender = Sleeper()
        with self._lock:
            self._waiting.append(sender)
        try:
            if self._is_full():  # else it may have been opened before it was known who waits
                await asyncio.wait((sender.woken,), timeout=self._patience)
        finally:
            with self._lock:
                if sender in self._waiting:
                    self._waiting.remove(sender)

    def open(self) -> None:
        """Let the first in, if there is room."""
        if not self._waiting or self._is_full():
            return
        with self._lock:
            first = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        for sender in first:
            sender.wake()
