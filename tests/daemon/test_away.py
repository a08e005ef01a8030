"""What began and ended while the daemon was down is owed together; what still fires is told at once."""

from __future__ import annotations

import datetime as dt
import pathlib
from dataclasses import replace

from lynxalert.daemon.commit import AWAY_WAIT
from lynxalert.notify.digest import AWAY
from tests.daemon.evaluating import ALERT, MINUTE, NOON, Bench, Scripted


async def test_episodes_of_an_outage_wait_for_each_other(tmp_path: pathlib.Path) -> None:
    def answer(at: dt.datetime) -> int:
        return 5 if at in (NOON + 3 * MINUTE, NOON + 5 * MINUTE, NOON + 7 * MINUTE) else 0

    runner = Scripted(answer)
    bench = await Bench.open(tmp_path, runner, ALERT, replace(ALERT, id="alt_1", name="Other"))
    try:
        await bench.pass_(MINUTE)
        await bench.pass_(6 * MINUTE, down=True)
        owed = await bench.deliveries("alt_0")
        over = [each for each in owed if each.group == AWAY]
        assert [str(each.kind) for each in over] == ["fired", "resolved"] * 2
        assert {each.due_at for each in over} == {bench.clock.now() + AWAY_WAIT}
        (still,) = [each for each in owed if each.group is None]
        assert (str(still.kind), still.due_at) == ("fired", bench.clock.now())
    finally:
        await bench.database.close()
