"""Processes that die at each call to the disk in turn, over one store. Run by test_faults.py; says what was acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys

from lynxalert.events import Event, EventStore, Limits
from tests.events.disks import Deadly

LIMITS = Limits(kept_log_bytes=2_000)  # so little that segments are deleted as well


async def life(path: str, name: str, disk: Deadly, acknowledged: int) -> None:
    """Accept events until the disk kills the process."""
    store = EventStore(path, limits=LIMITS, disk=disk)
    store.start()
    for number in range(1_000):
        event = f"{name}-{number}"
        await store.accept([Event(f"id={event} padding={'x' * 400}")])
        os.write(acknowledged, f"{event}\n".encode())
        await store.flush()


def main(path: str, deaths: int) -> None:
    # The last one late: with a quick disk the first calls are over before anything is acknowledged.
    for last in (*range(1, deaths + 1), 5 * deaths):
        for done in ("nothing", "half", "all"):
            if (child := os.fork()) == 0:
                asyncio.run(life(path, f"{last}-{done}", Deadly(last, done), 1))
                os._exit(3)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                sys.exit(f"{last} {done}: ended with {status}")


main(sys.argv[1], int(sys.argv[2]))
