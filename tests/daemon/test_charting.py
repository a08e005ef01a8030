"""The curve behind an episode, from a real store: also the values that fired nothing, gaps, groups, and an end in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from lynxalert.alerts.model import Alert, Cron, Every
from lynxalert.clock import monotonic
from lynxalert.daemon.charting import SLOTS, Charts, curve
from lynxalert.engine import Engine
from lynxalert.notify.chart import Pictured
from lynxalert.store import Store
from tests.fakes import FakeClock

T = dt.datetime(2026, 2, 14, 13, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ERRORS = "level=error | stats count as errors by host | where errors > 5"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Events: in minute n before T, `a` has n errors and `b` one, but none between minute 4 and 6."""
    with Store(clock=FakeClock(T)) as store:
        for ago in [1, 2, 3, 7, 8, 9]:
            at = (T - ago * MINUTE + dt.timedelta(seconds=30)).isoformat()
            store.ingest([{"timestamp": at, "level": "error", "host": "a", "n": n} for n in range(ago)])
            store.ingest([{"timestamp": at, "level": "error", "host": "b"}])
        yield store._engine


def alert(**changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": "alt_0",
        "name": "Errors",
        "query": ERRORS,
        "schedule": Every(MINUTE, "1m"),
        "window": MINUTE,
        **changes,
    }
    return Alert(**fields)


def values(engine: Engine, key: str = '{"host":"a"}', **changes: Any) -> list[float | None]:
    found = curve(engine, Pictured(alert=alert(**changes), key=key, at=T), monotonic() + 60)
    assert found is not None
    return [each.value for each in found.points]


def test_it_shows_what_was_below_the_limit_too(engine: Engine) -> None:
    found = curve(
        engine, Pictured(alert=alert(), key='{"host":"a"}', at=T, fired=T - MINUTE), monotonic() + 60
    )
    assert found is not None
    assert [each.value for each in found.points[-9:]] == [9, 8, 7, None, None, None, 3, 2, 1]
    assert [limit.value for limit in found.limits] == [5]
    assert (found.name, found.fired) == ("errors — Errors", (T - MINUTE, T))
    assert len(found.points) == SLOTS
    assert [each.at for each in found.points[-2:]] == [T - MINUTE, T]


def test_every_instance_has_a_curve_of_its_own(engine: Engine) -> None:
    assert values(engine, '{"host":"b"}')[-3:] == [1, 1, 1]
    assert values(engine, '{"host":"nobody"}') == [None] * SLOTS


def test_other_ways_to_judge(engine: Engine) -> None:
    total = "level=error | stats count as errors"
    assert values(engine, "{}", query=f"{total} | where errors > 5")[-9:] == [10, 9, 8, 0, 0, 0, 4, 3, 2]
    assert values(engine, "{}", query="level=error host=b")[-4:] == [0, 1, 1, 1]
    when = {"type": "threshold", "field": "errors", "op": "gt", "value": 2}
    assert values(engine, "{}", query=total, when=when)[-3:] == [4, 3, 2]
    silent = Pictured(alert=alert(when={"type": "no_data"}), key="{}", at=T)
    assert curve(engine, silent, monotonic() + 60) is None


def test_wide_windows_overlap_little_and_delays_are_kept(engine: Engine) -> None:
    wide = alert(window=10 * MINUTE, delay=MINUTE, query="level=error | stats count | where count > 5")
    found = curve(engine, Pictured(alert=wide, key="{}", at=T), monotonic() + 60)
    assert found is not None
    steps = {later.at - sooner.at for sooner, later in zip(found.points, found.points[1:], strict=False)}
    assert steps == {5 * MINUTE}
    assert found.points[-1].value == 36


def test_cron_alerts_have_slots_too(engine: Engine) -> None:
    daily = alert(schedule=Cron("0 13 * * *"), window=dt.timedelta(hours=1))
    found = curve(engine, Pictured(alert=daily, key='{"host":"a"}', at=T), monotonic() + 60)
    assert found is not None
    assert found.points[-1].value == 30
    assert found.points[0].at == T - dt.timedelta(days=29)


def test_when_time_is_over_the_newest_values_are_there(engine: Engine) -> None:
    found = curve(engine, Pictured(alert=alert(), key="{}", at=T), monotonic() - 1)
    assert found is not None
    assert found.points == ()
    assert not found.says_something


async def test_a_chart_that_cannot_be_had_is_none(engine: Engine) -> None:
    charts = Charts(engine)
    assert await charts.draw(Pictured(alert=alert(query="| nonsense"), key="{}", at=T)) is None
    assert await charts.draw(Pictured(alert=alert(), key='{"host":"nobody"}', at=T)) is None
    charts.close()
    assert await charts.draw(Pictured(alert=alert(), key='{"host":"a"}', at=T)) is None


async def test_a_chart_is_a_picture(engine: Engine) -> None:
    charts = Charts(engine)
    drawn = await charts.draw(Pictured(alert=alert(), key='{"host":"a"}', at=T))
    charts.close()
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")
