"""What is too old leaves the disk too: its blocks are used again."""

from __future__ import annotations

import datetime as dt
import pathlib
import random

from lynxalert.events import EventStore
from tests.events.stores import NOON, Standing

HOUR = dt.timedelta(hours=1)
EVENTS = 8_000  # in each hour


def an_hour(number: int) -> list[dict[str, object]]:
    """Of random text, which nothing compresses away."""
    chance = random.Random(number)
    return [
        {
            "timestamp": f"{(NOON + number * HOUR + n * HOUR / EVENTS).isoformat()}",
            "trace": f"{chance.getrandbits(256):064x}",
        }
        for n in range(EVENTS)
    ]


def test_blocks_of_what_expired_are_used_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    store = EventStore(path, clock=Standing())
    sizes = []
    for number in range(9):
        store.ingest(an_hour(number))
        expired = store.retain({"main": NOON + (number - 1) * HOUR})
        assert expired == (EVENTS if number >= 2 else 0)
        store.checkpoint()
        sizes.append(path.stat().st_size)
    assert sizes[1] > 1.5 * sizes[0]
    assert max(sizes[4:]) <= 1.1 * max(sizes[:4])
    [(kept,)] = store.cursor().sql("SELECT count(*) FROM raw_1").fetchall()
    assert kept == 2 * EVENTS
    store.close()
