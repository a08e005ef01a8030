"""The evaluator over a real state file, with a clock moved by hand and a runner that follows a script."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import structlog

from lynxalert.alerts import Alert, Cron, NoData
from lynxalert.alerts.failure import EvaluationError
from lynxalert.daemon.commit import Voice
from lynxalert.lang import QueryError
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import Matcher, parse_matcher
from lynxalert.notify.queueing import queue
from lynxalert.plan import Result, TimeWindow
from lynxalert.state import Silence, definitions, overlays
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute, other

Begin = Callable[..., Awaitable[Bench]]


@pytest.fixture
async def begin(tmp_path: pathlib.Path) -> AsyncIterator[Begin]:
    opened: list[Bench] = []

    async def make(runner: Scripted, *alerts: Alert, **more: Any) -> Bench:
        opened.append(await Bench.open(tmp_path, runner, *(alerts or (ALERT,)), **more))
        return opened[-1]

    yield make
    for each in opened:
        await each.database.close()


async def test_a_slot_is_judged_once_as_of_its_own_instant(begin: Begin) -> None:
    runner = Scripted(by_minute(0, 3, 0))
    bench = await begin(runner)
    await bench.evaluator.tick()
    assert runner.runs == []
    bench.clock.tick(MINUTE)  # 12:01:01
    await bench.evaluator.tick()
    await bench.evaluator.tick()
    assert runner.runs == [("alt_0", NOON + MINUTE)]
    assert runner.windows == [TimeWindow(NOON, NOON + MINUTE)]
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == ["12:02 fired #1", "12:03 resolved #2"]
    assert await bench.queued() == ["fired queued", "resolved queued"]
    cursor = await bench.cursor()
    assert (cursor.next_slot, cursor.checked_at, cursor.hit_at) == (
        NOON + 4 * MINUTE,
        NOON + 3 * MINUTE,
        NOON + 2 * MINUTE,
    )


async def test_an_evaluation_is_on_record(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3)), replace(ALERT, delay=10 * SECOND, window=2 * MINUTE))
    await bench.pass_(MINUTE)
    (made,) = await bench.evaluations()
    at = NOON + 50 * SECOND
    assert (made.kind, made.slot, made.at, made.window) == (
        "judged",
        NOON + MINUTE,
        at,
        TimeWindow(at - 2 * MINUTE, at),
    )
    assert (made.rows, made.value, made.sequence, made.error) == (1, 3.0, 0, None)
    assert made.duration is not None
    assert made.inputs is not None
    assert list(made.inputs.hits) == ["{}"]


async def test_messages_know_the_condition_and_the_evidence(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3)))
    await bench.pass_(MINUTE)
    (fired,) = await bench.deliveries()
    assert fired.message.evidence == ("raw event",)
    assert "errors (3) > 2" in fired.message.text


async def test_a_restart_while_firing_sends_nothing(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3)))
    await bench.pass_(2 * MINUTE)
    bench.restart()
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == ["12:01 fired #1"]
    assert await bench.queued() == ["fired queued"]


async def test_what_began_and_ended_while_we_were_away_is_reported(begin: Begin) -> None:
    runner = Scripted(by_minute(1, 3, 1, 1, 1, 1, 1))
    bench = await begin(runner)
    await bench.pass_(7 * MINUTE, down=True)
    assert [at for _, at in runner.runs] == [NOON + n * MINUTE for n in range(1, 8)]
    assert await bench.told() == ["12:02 fired #1", "12:03 resolved #2"]
    assert bench.commits == 1


async def test_beyond_the_limit_there_is_a_gap(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(1)), replace(ALERT, catchup_limit=3 * MINUTE))
    await bench.pass_(10 * MINUTE, down=True)
    gap, *judged = await bench.evaluations()
    assert (gap.kind, gap.slot, gap.at, gap.slots) == ("gap", NOON + MINUTE, NOON + 7 * MINUTE, 7)
    assert [each.at for each in judged] == [NOON + n * MINUTE for n in (8, 9, 10)]


async def test_for_starts_again_after_a_gap(begin: Begin) -> None:
    hold = replace(ALERT, policy=replace(ALERT.policy, hold=2 * MINUTE), catchup_limit=MINUTE)
    bench = await begin(Scripted(by_minute(3)), hold)
    await bench.pass_(2 * MINUTE)
    assert await bench.phases() == {"{}": "pending"}
    await bench.pass_(10 * MINUTE, down=True)
    assert await bench.told() == []
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == ["12:14 fired #1"]


async def test_a_lasting_error_leaves_instances_and_moves_on(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3, EvaluationError("no such field"), 3, 0)))
    await bench.pass_(2 * MINUTE)
    assert await bench.phases() == {"{}": "firing"}
    cursor = await bench.cursor()
    assert (cursor.health.state, cursor.health.errors, cursor.health.message) == ("error", 1, "no such field")
    assert cursor.checked_at == NOON + MINUTE
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == ["12:01 fired #1", "12:04 resolved #2"]
    assert (await bench.cursor()).health.state == "ok"
    assert [each.kind for each in await bench.evaluations()] == ["judged", "error", "judged", "judged"]


async def test_a_passing_error_is_tried_again_and_nothing_overtakes_it(begin: Begin) -> None:
    busy = True

    def answer(at: dt.datetime) -> int | Exception:
        return EvaluationError("busy", transient=True) if at == NOON + MINUTE and busy else 3

    runner = Scripted(answer)
    bench = await begin(runner)
    bench.clock.tick(MINUTE)
    for wait, attempt in [(5, 1), (10, 2), (20, 3), (40, 4)]:
        await bench.evaluator.tick()
        cursor = await bench.cursor()
        assert (cursor.next_slot, cursor.attempt) == (NOON + MINUTE, attempt)
        assert cursor.retry_at == bench.clock.now() + wait * SECOND
        await bench.evaluator.tick()  # too early: nothing happens
        bench.clock.tick(wait * SECOND)
    assert (await bench.cursor()).health.behind == 0
    await bench.evaluator.tick()
    assert (await bench.cursor()).health.behind == 1  # 12:02 waits by now
    busy = False
    bench.clock.tick(MINUTE)
    await bench.evaluator.tick()
    assert [at for _, at in runner.runs][-3:] == [NOON + n * MINUTE for n in (1, 2, 3)]
    assert await bench.told() == ["12:01 fired #1"]
    cursor = await bench.cursor()
    assert (cursor.attempt, cursor.retry_at, cursor.health.behind) == (0, None, 0)


async def test_a_passing_error_that_lasts_is_given_up_with_the_catch_up_limit(begin: Begin) -> None:
    def answer(at: dt.datetime) -> int | Exception:
        return EvaluationError("busy", transient=True) if at == NOON + MINUTE else 3

    bench = await begin(Scripted(answer), replace(ALERT, catchup_limit=2 * MINUTE))
    await bench.pass_(4 * MINUTE)
    assert [at.minute for at in [each.at for each in await bench.evaluations()]][-1] == 4
    assert (await bench.told())[0].split()[1] == "fired"


async def test_the_third_error_is_told_once_and_so_is_its_end(begin: Begin) -> None:
    wrong = EvaluationError("no such field")
    bench = await begin(Scripted(by_minute(*[wrong] * 5, 0, 0)))
    with structlog.testing.capture_logs() as logs:
        await bench.pass_(7 * MINUTE)
    assert [(f"{each.at:%M}", str(each.kind)) for each in bench.notices] == [
        ("03", "alert_error"),
        ("06", "alert_recovered"),
    ]
    assert [(line["log_level"], line["event"], line.get("reason")) for line in logs] == [
        ("warning", "alert_error", "no such field"),
        ("info", "alert_recovered", None),
    ]


async def test_a_query_that_no_longer_compiles_is_a_lasting_error(begin: Begin) -> None:
    class Wrong(Scripted):
        def key_fields(self, alert: Alert) -> tuple[str, ...]:
            raise QueryError(alert.query, [])

    bench = await begin(Wrong(by_minute(3)))
    await bench.pass_(MINUTE)
    assert [each.kind for each in await bench.evaluations()] == ["error"]


async def test_a_mistake_of_ours_in_one_alert_does_not_stop_the_others(begin: Begin) -> None:
    minutes = Cron("* * * * *")

    class Broken(Scripted):
        async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
            if alert.id == "alt_1":
                raise ZeroDivisionError
            return await super().run(alert, window, now)

    bench = await begin(Broken(by_minute(3)), ALERT, other(1, schedule=minutes), other(2, schedule=minutes))
    await bench.pass_(2 * MINUTE)
    assert await bench.told("alt_2") == ["12:01 fired #1"]
    health = (await bench.cursor("alt_1")).health
    assert (health.errors, health.message) == (2, "internal error, please report it: ZeroDivisionError")


async def test_alerts_due_at_one_instant_are_committed_together(begin: Begin) -> None:
    minutes = Cron("* * * * *")
    bench = await begin(Scripted(by_minute(3)), *(other(n, schedule=minutes) for n in range(20)))
    await bench.pass_(MINUTE)
    assert bench.commits == 1
    assert len(await bench.queued()) == 20


async def test_a_slow_alert_does_not_hold_up_the_others(begin: Begin) -> None:
    minutes, gate = Cron("* * * * *"), asyncio.Event()

    class Slow(Scripted):
        async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
            if alert.id == "alt_1":
                await gate.wait()
            return await super().run(alert, window, now)

    bench = await begin(
        Slow(by_minute(3)), *(other(n, schedule=minutes) for n in range(3)), patience=dt.timedelta(0)
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(bench.evaluator.run())
        await bench.clock.advance(MINUTE)
        while len(await bench.queued()) < 2:
            bench.news.clear()
            await bench.news.wait()
        assert await bench.told("alt_1") == []
        await bench.clock.advance(MINUTE)  # the slow one is due again, and still runs: it is not run twice
        gate.set()
        while not await bench.told("alt_1"):
            bench.news.clear()
            await bench.news.wait()
        bench.evaluator.stop()
    assert next(each for each in bench.runner.runs if each[0] == "alt_1") == ("alt_1", NOON + MINUTE)  # type: ignore[attr-defined]
    assert await bench.told("alt_1") == ["12:01 fired #1"]


async def test_an_alert_is_not_run_twice_when_the_tick_before_ends_late(begin: Begin) -> None:
    minutes, late, slow = Cron("* * * * *"), asyncio.Event(), asyncio.Event()

    class Slow(Scripted):
        async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
            answer = await super().run(alert, window, now)
            if alert.id == "alt_1":
                await late.wait()
            elif now == NOON + 2 * MINUTE:
                await slow.wait()
            return answer

    runner = Slow(by_minute(3))
    bench = await begin(runner, *(other(n, schedule=minutes) for n in range(2)), patience=dt.timedelta(0))

    async def until(count: int, alert_id: str) -> None:
        bench.news.clear()
        while len(await bench.evaluations(alert_id)) < count:
            await bench.news.wait()
            bench.news.clear()

    async with asyncio.TaskGroup() as group:
        group.create_task(bench.evaluator.run())
        await bench.clock.advance(MINUTE)
        await until(1, "alt_0")
        await bench.clock.advance(MINUTE)  # alt_0 runs again, and takes its time
        late.set()  # the first tick ends only now
        await until(1, "alt_1")
        bench.evaluator.wake()
        await until(2, "alt_1")
        slow.set()
        await until(2, "alt_0")
        bench.evaluator.stop()
    assert runner.runs.count(("alt_0", NOON + 2 * MINUTE)) == 1


async def test_the_loop_wakes_for_each_slot_and_for_edits(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(0, 3, 3, 0)))

    async def until(count: int) -> None:
        while bench.commits < count:
            bench.news.clear()
            await bench.news.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(bench.evaluator.run())
        for minute in range(1, 4):
            await bench.clock.advance(MINUTE)
            await until(minute)
        await bench.put(other(2, schedule=Cron("* * * * *")))
        bench.evaluator.wake()
        await bench.clock.advance(MINUTE)
        await until(4)
        bench.evaluator.stop()
    assert await bench.told() == ["12:02 fired #1", "12:04 resolved #2"]
    assert (await bench.cursor("alt_2")).next_slot == NOON + 5 * MINUTE


async def test_a_commit_that_fails_is_repeated_with_the_same_result(begin: Begin) -> None:
    broken = True

    def deliver(occasions: Any, situation: Any) -> Any:
        if broken:
            raise OSError("no space left on device")
        return queue(occasions, situation)

    bench = await begin(Scripted(by_minute(3)), voice=Voice(deliver=deliver))
    await bench.pass_(MINUTE)
    assert await bench.told() == []
    assert await bench.phases() == {}
    assert (await bench.cursor()).next_slot == NOON + MINUTE
    broken = False
    await bench.evaluator.tick()  # not before five seconds have passed
    assert await bench.told() == []
    bench.clock.tick(5 * SECOND)
    await bench.evaluator.tick()
    assert await bench.told() == ["12:01 fired #1"]
    assert await bench.queued() == ["fired queued"]


async def test_what_cannot_be_written_of_one_alert_does_not_stop_the_others(begin: Begin) -> None:
    def deliver(occasions: Any, situation: Any) -> Any:
        if situation.alert.id == "alt_1":
            raise UnicodeError("label empty or too long")
        return queue(occasions, situation)

    minutes = Cron("* * * * *")
    alerts = [other(n, schedule=minutes) for n in range(3)]
    bench = await begin(Scripted(by_minute(3)), *alerts, voice=Voice(deliver=deliver))
    await bench.pass_(2 * MINUTE)
    assert [await bench.told(each.id) for each in alerts] == [["12:01 fired #1"], [], ["12:01 fired #1"]]
    health = (await bench.cursor("alt_1")).health
    assert (health.errors, health.message) == (2, "internal error, please report it: UnicodeError")
    assert bench.evaluator.stall(bench.clock.now()) is None


async def test_an_edit_during_an_evaluation_wins(begin: Begin) -> None:
    edited = False

    class Editing(Scripted):
        async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
            nonlocal edited
            if not edited:
                edited = True
                await bench.put(
                    replace(ALERT, when={"type": "threshold", "field": "errors", "op": "gt", "value": 9})
                )
            return await super().run(alert, window, now)

    bench = await begin(Editing(by_minute(3)))
    await bench.pass_(MINUTE)
    assert await bench.told() == []
    assert await bench.evaluations() == []
    await bench.pass_(MINUTE)
    assert [each.at for each in await bench.evaluations()] == [NOON + 2 * MINUTE]
    assert await bench.told() == []


async def test_disabled_alerts_are_not_evaluated_and_end_what_fires(begin: Begin) -> None:
    runner = Scripted(by_minute(3))
    bench = await begin(runner)
    await bench.pass_(MINUTE)
    await bench.put(replace(ALERT, enabled=False))
    await bench.pass_(5 * MINUTE)
    assert len(runner.runs) == 1
    assert await bench.told() == ["12:01 fired #1", "12:01 resolved #2 (disabled)"]
    assert await bench.queued() == ["fired queued", "resolved queued"]
    await bench.put(ALERT)
    await bench.pass_(MINUTE)
    assert len(runner.runs) == 2
    assert (await bench.evaluations())[-1].at == NOON + 7 * MINUTE
    assert [each.kind for each in await bench.evaluations()] == ["judged", "judged"]


async def test_a_pause_keeps_the_state_and_its_slots_are_never_made_up(begin: Begin) -> None:
    runner = Scripted(by_minute(3))
    bench = await begin(runner)
    await bench.pass_(MINUTE)
    await bench.put(replace(ALERT, paused=True, paused_until=NOON + 5 * MINUTE))
    await bench.pass_(3 * MINUTE)
    assert len(runner.runs) == 1
    assert await bench.phases() == {"{}": "firing"}
    await bench.pass_(2 * MINUTE)
    assert [at for _, at in runner.runs][1:] == [NOON + 5 * MINUTE, NOON + 6 * MINUTE]
    assert await bench.told() == ["12:01 fired #1"]
    await bench.put(replace(ALERT, paused=True))
    await bench.pass_(3 * MINUTE)
    await bench.put(ALERT)
    await bench.pass_(MINUTE)
    assert [at for _, at in runner.runs][3:] == [NOON + 10 * MINUTE]
    assert [each.kind for each in await bench.evaluations()] == ["judged"] * 4


async def test_a_clock_set_back_judges_nothing_twice(begin: Begin) -> None:
    runner = Scripted(by_minute(3))
    bench = await begin(runner)
    await bench.pass_(3 * MINUTE)
    bench.clock.set(NOON - 50 * MINUTE)
    for _ in range(60):
        await bench.pass_(MINUTE)
    assert [at for _, at in runner.runs] == sorted({at for _, at in runner.runs})
    assert await bench.told() == ["12:01 fired #1"]


async def test_a_clock_a_day_ahead_for_a_moment_does_not_stop_the_alert_for_a_day(begin: Begin) -> None:
    runner = Scripted(by_minute(0))
    bench = await begin(runner)
    await bench.pass_(MINUTE)
    bench.clock.tick(dt.timedelta(days=1))
    await bench.evaluator.tick()
    gap = [each for each in await bench.evaluations() if each.kind == "gap"]
    assert [each.slots for each in gap] == [1440 - 60]
    bench.clock.set(NOON + 2 * MINUTE + SECOND)
    await bench.evaluator.tick()
    await bench.pass_(2 * MINUTE)
    assert [at for _, at in runner.runs][-2:] == [NOON + 3 * MINUTE, NOON + 4 * MINUTE]


async def test_a_deleted_alert_is_not_evaluated_and_an_unknown_one_does_nothing(begin: Begin) -> None:
    runner = Scripted(by_minute(3))
    bench = await begin(runner)
    await bench.pass_(MINUTE)
    assert await bench.remove()
    assert not await bench.remove()
    await bench.pass_(2 * MINUTE)
    assert len(runner.runs) == 1
    assert await bench.told() == ["12:01 fired #1", "12:01 resolved #2 (deleted)"]


async def test_an_alert_without_a_cursor_begins_with_the_next_slot(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3)))
    extra = other(5, schedule=Cron("* * * * *"))
    await bench.database.write(lambda tx: definitions.put(tx, extra, bench.clock.now()))
    await bench.evaluator.tick()
    await bench.pass_(MINUTE)
    assert await bench.told("alt_5") == ["12:01 fired #1"]


async def test_a_missing_key_is_noticed_from_the_roster(begin: Begin) -> None:
    def roster(at: dt.datetime) -> dict[str, Any]:
        return {'{"host":"a"}': {"host": "a"}} if at < NOON + 3 * MINUTE else {}

    watch = replace(ALERT, policy=replace(ALERT.policy, no_data=NoData.NODATA))
    bench = await begin(Scripted(by_minute([]), ("host",), roster), watch)
    await bench.pass_(5 * MINUTE)
    assert await bench.told() == ["12:04 no_data #1"]


async def test_a_restart_does_not_begin_the_wait_for_a_missing_key_anew(begin: Begin) -> None:
    def roster(at: dt.datetime) -> dict[str, Any]:
        return {'{"host":"a"}': {"host": "a"}} if at < NOON + 3 * MINUTE else {}

    policy = replace(ALERT.policy, no_data=NoData.NODATA, no_data_for=4 * MINUTE)
    bench = await begin(Scripted(by_minute([]), ("host",), roster), replace(ALERT, policy=policy))
    for _ in range(7):
        await bench.pass_(MINUTE)
        bench.restart()
    assert await bench.told() == ["12:06 no_data #1"]


async def test_an_alert_without_a_key_is_watched_as_a_whole(begin: Begin) -> None:
    watch = replace(ALERT, policy=replace(ALERT.policy, no_data=NoData.NODATA))
    present = {"{}": {}}
    bench = await begin(Scripted(by_minute(0), (), lambda at: present), watch)
    await bench.pass_(2 * MINUTE)
    assert await bench.told() == []


async def test_too_many_instances_are_told_once(begin: Begin) -> None:
    few = replace(ALERT, policy=replace(ALERT.policy, max_instances=2))
    rows = [{"host": host, "errors": 9} for host in "abc"]
    bench = await begin(Scripted(by_minute(rows), ("host",)), few)
    await bench.pass_(3 * MINUTE)
    assert [str(each.kind) for each in bench.notices] == ["alert_error"]
    assert sorted(await bench.phases()) == ['{"host":"a"}', '{"host":"b"}']
    assert (await bench.cursor()).health.state == "error"


async def test_trigger_once_makes_one_instance(begin: Begin) -> None:
    rows = [{"host": host, "errors": 9} for host in "abc"]
    bench = await begin(Scripted(by_minute(rows), ("host",)), replace(ALERT, trigger_once=True))
    await bench.pass_(MINUTE)
    assert await bench.phases() == {"{}": "firing"}


async def test_what_a_condition_remembers_is_kept_across_restarts(begin: Begin) -> None:
    news = replace(ALERT, when={"type": "new_value"})
    runner = Scripted(by_minute([], [{"host": "a"}], [{"host": "a"}, {"host": "b"}]), ("host",))
    bench = await begin(runner, news)
    await bench.pass_(2 * MINUTE)
    assert runner.windows[:2] == [TimeWindow(NOON, NOON + MINUTE), TimeWindow(None, NOON)]
    bench.restart()
    await bench.pass_(MINUTE)
    assert await bench.phases() == {'{"host":"b"}': "firing"}


async def test_a_mute_silences_a_start_and_what_still_fires_is_sent_when_it_runs_out(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3)))
    mute = Silence(id="s", alert_id="alt_0", starts_at=NOON, ends_at=NOON + 4 * MINUTE)
    await bench.database.write(lambda tx: overlays.silence(tx, mute))
    await bench.pass_(3 * MINUTE)
    assert await bench.queued() == ["fired suppressed muted"]
    await bench.pass_(MINUTE)
    (fired,) = await bench.deliveries()
    assert (str(fired.status), fired.reason, fired.due_at) == ("queued", None, NOON + 4 * MINUTE + SECOND)
    assert fired.message.starts_at == "2026-02-14T12:01:00Z"


async def test_a_start_that_is_over_when_its_mute_runs_out_is_never_sent(begin: Begin) -> None:
    bench = await begin(Scripted(by_minute(3, 0)))
    mute = Silence(id="s", alert_id="alt_0", starts_at=NOON, ends_at=NOON + 4 * MINUTE)
    await bench.database.write(lambda tx: overlays.silence(tx, mute))
    await bench.pass_(9 * MINUTE)
    assert await bench.queued() == ["fired suppressed muted", "resolved suppressed start_not_accepted"]


async def test_a_silence_covers_by_labels_and_an_ack_stops_repeats(begin: Begin) -> None:
    again = replace(ALERT, policy=replace(ALERT.policy, repeat_interval=MINUTE), labels={"team": "sre"})
    rows = [{"host": "a", "errors": 9}, {"host": "b", "errors": 9}]
    bench = await begin(Scripted(by_minute(rows), ("host",)), again)
    silence = Silence(
        id="s",
        starts_at=NOON,
        ends_at=None,
        matchers=(Matcher("host", "=", "a"), Matcher("team", "=", "sre")),
    )
    await bench.database.write(lambda tx: overlays.silence(tx, silence))
    await bench.pass_(MINUTE)
    assert await bench.queued() == ["fired suppressed silenced", "fired queued"]
    for each in await bench.deliveries():
        ack = overlays.Ack(
            episode=each.episode, alert_id="alt_0", at=bench.clock.now(), until=NOON + 3 * MINUTE
        )
        await bench.database.write(lambda tx, ack=ack: overlays.acknowledge(tx, ack))
    await bench.pass_(MINUTE)
    assert len(await bench.told()) == 2
    await bench.pass_(MINUTE)
    assert (await bench.told())[2:] == ["12:03 repeated #2", "12:03 repeated #2"]


async def test_what_fires_keeps_what_it_inhibits_quiet_until_it_is_over(begin: Begin) -> None:
    warning = {"severity": "warning", "errors": 9}
    both, one = [{"severity": "critical", "errors": 9}, warning], [warning]
    rule = Inhibition((parse_matcher("severity=critical"),), (parse_matcher("severity=warning"),))
    voice = Voice(inhibitions=lambda: [rule])
    bench = await begin(Scripted(by_minute(both, both, one, one), ("severity",)), voice=voice)
    await bench.pass_(2 * MINUTE)
    assert await bench.queued() == ["fired queued", "fired suppressed inhibited"]
    await bench.pass_(2 * MINUTE)
    assert await bench.queued() == ["fired queued", "fired queued", "resolved queued"]
