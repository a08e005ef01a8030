"""A storm in waves: each episode is told by exactly one message, and none is lost."""

from __future__ import annotations

import os
import pathlib
from collections import Counter

from lynxalert.notify.model import Status
from tests.daemon.storms import SECOND, chat_spec, chatting

WAVE = int(os.environ.get("WAVE", "100"))  # 1000: the storm of ten thousand
WAVES = 10


async def test_every_episode_of_a_storm_is_told_once(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider))
        for wave in range(WAVES):
            await chat.tell(range(wave * WAVE, (wave + 1) * WAVE))
        while True:
            counts = await chat.counts()
            if not {"queued", "retrying", "leased"} & set(counts):
                break
            await chat.later(4 * SECOND)
        rows = await chat.rows()
        digests = {each.id: each for each in rows if each.is_digest}
        told = [each for each in rows if not each.is_digest]
        assert len({each.episode for each in told}) == len(told) == WAVES * WAVE
        assert {each.status for each in digests.values()} == {Status.DELIVERED}
        assert all(each.status is (Status.COLLAPSED if each.digest else Status.DELIVERED) for each in told)
        # What a digest says it tells is what came to it.
        named = Counter(each.digest for each in told if each.digest)
        said = {name: len(each.message.members) + each.message.truncated for name, each in digests.items()}
        assert said == named
        assert len(chat.provider.requests) == len(digests) + sum(each.digest is None for each in told)
