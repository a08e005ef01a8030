"""A replay says what the evaluator says: the same history, the same deliveries, byte for byte."""

from __future__ import annotations

import datetime as dt
import pathlib
import tempfile
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.alerts import Alert, Policy
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.replay import ReplayClock, replayed
from lynxalert.state import Database, Silence, codec, history, overlays
from tests.daemon.evaluating import ALERT, MINUTE, NOON, Bench, Scripted, by_minute

LENGTH = 25 * MINUTE
ANSWERS = st.lists(
    st.one_of(st.integers(0, 4), st.just([{"host": "b", "errors": 9}])), min_size=25, max_size=25
)
POLICIES = st.builds(
    lambda hold, keep, cooldown, repeat, flapping: Policy(
        hold=hold * MINUTE,
        keep_firing_for=keep * MINUTE,
        cooldown=cooldown * MINUTE,
        repeat_interval=repeat * MINUTE if repeat else None,
        flapping=Policy().flapping if flapping else None,
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([0, 3, 7]),
    st.sampled_from([0, 2]),
    st.booleans(),
)


async def _history(database: Database) -> list[str]:
    async with database.read() as tx:
        told = await history.transitions_of(tx, ALERT.id, limit=1000)
        judged = await history.evaluations_of(tx, ALERT.id, limit=1000)
    slots = [replace(each, number=0, duration=None, recorded_at=each.slot) for each in judged]
    return [codec.dumps(each) for each in (*(one.transition for one in told), *slots)]


@settings(max_examples=max(5, settings.default.max_examples // 4 if settings.default else 5))
@given(ANSWERS, POLICIES, st.sampled_from([None, 2, 6]))
async def test_a_play_is_what_the_daemon_would_have_done(
    answers: list[Any], policy: Policy, muted: int | None
) -> None:
    alert: Alert = replace(ALERT, policy=policy)
    mute = Silence(
        id="m",
        alert_id=alert.id,
        starts_at=NOON + (muted or 0) * MINUTE,
        ends_at=NOON + ((muted or 0) + 9) * MINUTE,
    )
    runner = lambda: Scripted(by_minute(*answers), ("host",))  # noqa: E731 - each has its own memory of runs
    with tempfile.TemporaryDirectory() as folder:
        bench = await Bench.open(pathlib.Path(folder), runner(), alert, voice=Voice())
        if muted is not None:
            await bench.database.write(lambda tx: overlays.silence(tx, mute))
        try:
            await bench.pass_(LENGTH)
            lived = await _history(bench.database)
        finally:
            await bench.database.close()
    async with replayed(runner(), NOON) as replay:
        await replay.put(alert)
        if muted is not None:
            await replay.hush(mute)
        await replay.run(NOON + LENGTH)
        assert await _history(replay.database) == lived


def test_a_clock_stands_where_it_is_put() -> None:
    clock = ReplayClock(NOON)
    clock.instant += dt.timedelta(seconds=5)
    assert clock.now() == NOON + dt.timedelta(seconds=5)
