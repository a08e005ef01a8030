"""History: appended once, read newest first, pruned by age."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Inputs, Kind
from lynxalert.alerts.late import Judged
from lynxalert.plan import TimeWindow
from lynxalert.state import Database, Evaluation, history
from tests.state.samples import MATCH, MINUTE, NOON, TRANSITION

INPUTS = Inputs({MATCH.key: MATCH})


def evaluation(n: int, kind: str = "judged") -> Evaluation:
    at = NOON + n * MINUTE
    return Evaluation(
        alert_id="alt_1",
        kind=kind,
        slot=at,
        at=at,
        recorded_at=at,
        window=TimeWindow(at - MINUTE, at),
        rows=2,
        value=247.0,
        duration=dt.timedelta(milliseconds=12.5),
        sequence=7,
        error="busy" if kind == "error" else None,
        inputs=INPUTS if kind == "judged" else None,
    )


async def test_transitions_are_appended_once_and_read_newest_first(database: Database) -> None:
    second = replace(TRANSITION, sequence=2, kind=Kind.RESOLVED, at=NOON + MINUTE)
    heavy = replace(TRANSITION, match=replace(MATCH, rows=({"n": 1},) * 50))

    async def work(tx: AsyncConnection) -> None:
        await history.append(tx, [heavy, second], NOON)
        await history.append(tx, [heavy], NOON + MINUTE)
        await history.append(tx, [], NOON)

    await database.write(work)
    async with database.read() as tx:
        newest, oldest = await history.transitions_of(tx, "alt_1", limit=9)
        assert (newest.transition, oldest.transition) == (second, TRANSITION)
        assert oldest.recorded_at == NOON
        assert await history.transitions_of(tx, "alt_1", limit=1) == (newest,)
        assert await history.transitions_of(tx, "alt_1", limit=9, before=newest.number) == (oldest,)
        assert await history.transitions_since(tx, "alt_1", NOON) == (TRANSITION, second)
        assert await history.transitions_since(tx, "alt_1", NOON + MINUTE) == (second,)
        assert await history.counts(tx) == {"fired": 1, "resolved": 1}


async def test_evaluations_come_back_as_they_were(database: Database) -> None:
    gap = Evaluation(alert_id="alt_1", kind="gap", slot=NOON, at=NOON, recorded_at=NOON, slots=25)
    made = [gap, evaluation(1), evaluation(2, "error"), evaluation(3)]
    await database.write(lambda tx: history.record(tx, made))
    async with database.read() as tx:
        found = await history.evaluations_of(tx, "alt_1", limit=9)
        assert [replace(each, number=0) for each in reversed(found)] == made
        page = await history.evaluations_of(tx, "alt_1", limit=1, before=found[0].number)
        assert page == found[1:2]
        assert await history.judged_since(tx, "alt_1", NOON + MINUTE) == (
            Judged(NOON + MINUTE, None, INPUTS),
            Judged(NOON + 2 * MINUTE, NOON + MINUTE, None),
            Judged(NOON + 3 * MINUTE, NOON + 2 * MINUTE, INPUTS),
        )
    await database.write(lambda tx: history.record(tx, []))


async def test_a_second_look_takes_the_place_of_the_first(database: Database) -> None:
    await database.write(
        lambda tx: history.record(tx, [evaluation(1), evaluation(2), evaluation(2, "error")])
    )
    await database.write(lambda tx: history.amend(tx, "alt_1", NOON + 2 * MINUTE, Inputs()))
    async with database.read() as tx:
        slots = await history.judged_since(tx, "alt_1", NOON)
    assert [each.inputs for each in slots] == [INPUTS, Inputs(), None]


async def test_old_history_goes_and_large_old_inputs_go_earlier(database: Database) -> None:
    many = Inputs({f"{n}": replace(MATCH, key=f"{n}") for n in range(10)})

    async def work(tx: AsyncConnection) -> int:
        large = [replace(evaluation(n), inputs=many) for n in (2, 3)]
        await history.record(tx, [evaluation(0), evaluation(1), *large])
        await history.append(tx, [TRANSITION], NOON)
        return await history.prune(tx, NOON + MINUTE, NOON + 3 * MINUTE)

    assert await database.write(work) == 2
    async with database.read() as tx:
        found = await history.evaluations_of(tx, "alt_1", limit=9)
        assert [each.inputs for each in reversed(found)] == [INPUTS, None, many]
        assert await history.transitions_of(tx, "alt_1", limit=9) == ()


async def test_beyond_a_number_the_quiet_go_first(database: Database) -> None:
    def quiet(minute: int) -> Evaluation:
        return replace(evaluation(minute), inputs=Inputs())

    made = [evaluation(0), quiet(1), evaluation(2), quiet(3), quiet(4), evaluation(5), quiet(6)]

    async def thin(before: dt.datetime, piece: int = 100) -> int:
        return await database.write(lambda tx: history.thin(tx, 3, before, piece))

    async def left() -> list[int]:
        async with database.read() as tx:
            found = await history.evaluations_of(tx, "alt_1", limit=9)
        return [(each.at - NOON) // MINUTE for each in reversed(found)]

    await database.write(lambda tx: history.record(tx, made))
    assert await thin(NOON) == 0  # all of it may still be judged again
    assert await thin(NOON + 60 * MINUTE, piece=1) == 1
    assert await thin(NOON + 60 * MINUTE) == 2
    assert await thin(NOON + 60 * MINUTE) == 0
    assert await left() == [2, 4, 5, 6]


async def test_pages_of_evaluations_leave_none_out_whatever_their_order(database: Database) -> None:
    # A gap that was written first and stands later than the T of what came after it, as a delay makes it.
    made = [evaluation(5), evaluation(9, "gap"), evaluation(7), evaluation(8), evaluation(6)]
    await database.write(lambda tx: history.record(tx, made))
    seen: list[int] = []
    async with database.read() as tx:
        whole = [each.number for each in await history.evaluations_of(tx, "alt_1", limit=9)]
    for _ in range(3):
        async with database.read() as tx:
            last = seen[-1] if seen else None
            page = await history.evaluations_of(tx, "alt_1", limit=2, before=last)
        seen += [each.number for each in page]
        await database.write(lambda tx: history.record(tx, [evaluation(20)]))  # meanwhile
    assert seen == whole
    assert len(seen) == len(made)
    back: list[int] = []
    async with database.read() as tx:
        while page := await history.evaluations_of(
            tx, "alt_1", limit=2, before=back[-1] if back else None, oldest_first=True
        ):
            back += [each.number for each in page]
    assert back[: len(whole)] == whole[::-1], "oldest first, with what came meanwhile at the end"
