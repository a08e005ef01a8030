"""What was owed, or known only later, at an instant: of one alert or all, and how much is left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from lynxalert.notify.model import Status
from lynxalert.state import Database, history, moments, outbox, told
from tests.state.samples import MINUTE, NOON, TRANSITION, delivery

HOUR = dt.timedelta(hours=1)
MANY = 103


async def test_what_is_left_out_is_counted_and_one_alert_is_not_hidden_by_others(database: Database) -> None:
    owed = [
        replace(delivery(), id=f"dlv_{n}", episode=f"ep_{n}", alert_id="alt_1", status=Status.RETRYING)
        for n in range(MANY)
    ]
    mine = replace(delivery(), id="dlv_mine", episode="ep_mine", alert_id="alt_2", status=Status.RETRYING)
    await database.write(lambda tx: outbox.enqueue(tx, [*owed, mine]))
    async with database.read() as tx:
        found, more = await told.overdue(tx, NOON + HOUR)
        assert (len(found), more) == (100, 4)
        found, more = await told.overdue(tx, NOON + HOUR, "alt_2")
        assert ([each.id for each in found], more) == (["dlv_mine"], 0)


async def test_what_is_known_later_is_counted_beyond_what_is_listed(database: Database) -> None:
    late = [replace(TRANSITION, episode=f"ep_{n}", alert_id="alt_1") for n in range(MANY)]
    mine = replace(TRANSITION, episode="ep_mine", alert_id="alt_2")
    await database.write(lambda tx: history.append(tx, [*late, mine], NOON + 5 * MINUTE))
    async with database.read() as tx:
        found, more = await moments.known_later(tx, NOON + MINUTE)
        assert (len(found), more) == (100, MANY + 1 - 100)
        found, more = await moments.known_later(tx, NOON + MINUTE, "alt_2")
        assert ([each.transition.episode for each in found], more) == (["ep_mine"], 0)
