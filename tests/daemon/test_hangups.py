"""A storm of SIGHUP reads the configuration twice: as it is now, and once more for all who asked meanwhile."""

from __future__ import annotations

import asyncio

from lynxalert.daemon.service import whenever


async def test_whoever_asks_while_it_is_done_is_answered_by_one_more_time() -> None:
    asked, may_end, begun = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.append(len(begun))
        await may_end.wait()

    async def rest() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    working = asyncio.ensure_future(whenever(asked, work))
    await rest()
    assert begun == []
    for _ in range(60):
        asked.set()
        await rest()
    assert begun == [0]
    may_end.set()
    await rest()
    assert begun == [0, 1]
    asked.set()
    await rest()
    assert begun == [0, 1, 2]
    working.cancel()
