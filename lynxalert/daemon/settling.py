"""Outcomes → the outbox: those of 20 ms share a commit, and so do those that come while one runs. Decides nothing.

So a message waits for no commit of another one, and an outcome for little more than the commit before its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from lynxalert.notify.model import Delivery
from lynxalert.notify.outbox import Outbox

GATHERING = 0.02  # seconds


class Settling:
    """The outcomes of one worker, in order. *group* runs the commits; *told* hears of what was committed, and whether others are owed something."""

    def __init__(
        self, outbox: Outbox, group: asyncio.TaskGroup, told: Callable[[Sequence[Delivery], bool], None]
    ) -> None:
        self._outbox = outbox
        self._group = group
        self._told = told
        self._waiting: list[Delivery] = []
        self._commits: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def add(self, outcome: Sequence[Delivery]) -> None:
        """Commit *outcome* soon."""
        self._waiting += outcome
        if self._commits is None or self._commits.done():
            self._commits = self._group.create_task(self._commit())

    async def done(self) -> None:
        """Return once everything added is durable."""
        if self._commits is not None:
            self._hurry.set()
            await self._commits
            self._hurry.clear()

    async def _commit(self) -> None:
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHERING):
                    await self._hurry.wait()
            outcome, self._waiting = self._waiting, []
            others = await self._outbox.settle(outcome)
            self._told(outcome, others)
