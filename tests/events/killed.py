"""A process to be killed: accepts events without end and says which were acknowledged. Started by test_kill.py."""

from __future__ import annotations

import asyncio
import json
import os
import random
from multiprocessing.connection import Connection

from lynxalert.events import Backpressure, Event, EventStore


async def send(store: EventStore, sender: int, seed: int, told: int) -> None:
    """Events numbered by sender and seed; each acknowledged number goes to the file *told* at once."""
    chance = random.Random(f"{seed}-{sender}")
    number = 0
    while True:
        batch = [f"{seed}-{sender}-{number + more}" for more in range(chance.choice((1, 3, 50)))]
        events = [Event(json.dumps({"id": one, f"k{chance.randrange(200)}": number})) for one in batch]
        try:
            await store.accept(events)
        except Backpressure:
            await asyncio.to_thread(lambda: None)
            continue
        number += len(batch)
        os.write(told, ("\n".join(batch) + "\n").encode())
        if chance.random() < 0.02:
            await store.flush()
        if chance.random() < 0.01:
            await asyncio.to_thread(store.checkpoint)


async def accept(path: str, seed: int, told: int) -> None:
    store = EventStore(path)
    store.start()
    await asyncio.gather(*(send(store, sender, seed, told) for sender in range(4)))


def live(path: str, seed: int, told: Connection) -> None:
    """Accept events into the store at *path* until killed."""
    asyncio.run(accept(path, seed, told.fileno()))
