"""A channel that hangs for an hour: what it costs the others, and itself."""

from __future__ import annotations

import datetime as dt

from tests.notify.provider import Answer, serving
from tests.notify.test_sender import SECOND, working

MINUTE = dt.timedelta(minutes=1)


async def test_a_channel_that_hangs_for_an_hour_moves_no_other() -> None:
    async with working(timeout=dt.timedelta(seconds=60)) as bench, serving() as stuck:
        stuck.otherwise = Answer(manner="hang")
        bench.tell(bench.spec(name="stuck", url=f"{stuck.url}/stuck"), episode="5" * 24)
        await stuck.arrived.wait()
        waits = []
        for number in range(60):
            bench.tell(bench.spec(name="free"), episode=f"{number:024d}")
            settled = await bench.outcomes.get()
            assert settled.settled_at is not None
            waits.append(settled.settled_at - settled.created_at)
            await bench.clock.advance(MINUTE)
        assert waits == [0 * SECOND] * 60
        assert len(bench.provider.requests) == 60
        # Its lease ran out long ago; it is in good hands all the same.
        assert len(stuck.requests) == 1
        stuck.release()
        assert await bench.outcome() == ("fired", "delivered", None)
        assert len(stuck.requests) == 1


async def test_a_place_that_is_down_for_an_hour_is_asked_sparingly_and_loses_nothing() -> None:
    async with working() as bench:
        bench.provider.otherwise = Answer(502, "down")
        hook = bench.spec()
        for number in range(200):
            bench.tell(hook, episode=f"{number:024d}")
        for _ in range(60):
            await bench.rest()
            await bench.clock.advance(MINUTE)
            await bench.rest()
        assert len(bench.provider.requests) < 40  # of 200 messages
        bench.provider.otherwise = Answer()
        asked = len(bench.provider.requests)
        delivered = 0
        while delivered < 200:
            while not bench.outcomes.empty():
                delivered += bench.outcomes.get_nowait().status == "delivered"
            await bench.rest()
            await bench.clock.advance(MINUTE)
        assert len(bench.provider.requests) - asked == 200
