from __future__ import annotations

import asyncio
import pathlib

import pytest

from lynxalert.events import Backpressure, Event, EventStore, Limits
from lynxalert.events.turnstile import AT_ONCE, Turnstile
from tests.events.stores import NOON, Standing

LONG = 60.0  # seconds; no test waits for them


class Room:
    def __init__(self) -> None:
        self.full = True

    def __call__(self) -> bool:
        return self.full


async def test_who_finds_room_does_not_wait() -> None:
    room = Room()
    room.full = False
    await Turnstile(room, LONG).enter()


async def test_senders_wait_until_there_is_room_first_come_first_served() -> None:
    room, entered, passed = Room(), list[int](), asyncio.Event()
    turnstile = Turnstile(room, LONG)

    async def send(number: int) -> None:
        await turnstile.enter()
        entered.append(number)
        if len(entered) == AT_ONCE:
            passed.set()

    async with asyncio.TaskGroup() as group:
        for number in range(AT_ONCE + 2):
            group.create_task(send(number))
        await asyncio.sleep(0)
        await asyncio.to_thread(turnstile.open)
        assert entered == []
        room.full = False
        await asyncio.to_thread(turnstile.open)
        await passed.wait()
        assert entered == [*range(AT_ONCE)]
        await asyncio.to_thread(turnstile.open)
    assert entered == [*range(AT_ONCE + 2)]


async def test_patience_ends() -> None:
    await Turnstile(Room(), 0.001).enter()
    await Turnstile(Room(), 0).enter()


async def test_who_gives_up_is_forgotten() -> None:
    room = Room()
    turnstile = Turnstile(room, LONG)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(turnstile.enter())
        await asyncio.sleep(0)
        assert len(turnstile._waiting) == 1
        waiting.cancel()
    assert not turnstile._waiting


async def test_a_store_lets_senders_in_when_its_tables_caught_up(tmp_path: pathlib.Path) -> None:
    limits = Limits(queued_events=10, patience=LONG)
    store = EventStore(tmp_path / "e.duckdb", limits=limits, clock=Standing())
    store.start()
    async with asyncio.TaskGroup() as group:
        with store._lock:  # the tables are busy
            await store.accept([Event("n=1", time=NOON)] * 10)
            waiting = group.create_task(store.room())
            await asyncio.sleep(0)
            with pytest.raises(Backpressure):
                await store.accept([Event("n=2", time=NOON)])
            assert not waiting.done()
    assert (await store.accept([Event("n=2", time=NOON)])).accepted == 1
    store.close()
