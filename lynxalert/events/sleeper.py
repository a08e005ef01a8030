"""A coroutine that waits for another thread."""

from __future__ import annotations

import asyncio


class Sleeper:
    """Whoever makes it waits for *woken*, in the running loop; any thread may `wake` it, more than once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.woken: asyncio.Future[None] = self._loop.create_future()

    def wake(self) -> None:
        """End the wait. A loop that is closed waits no more."""
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:
            return

    def _end(self) -> None:
        if not self.woken.done():
            self.woken.set_result(None)
