"""Health: errors in a row, one notice when it is enough, one when it is over."""

from __future__ import annotations

import datetime as dt

from lynxalert.alerts.health import Health, HealthState, Notice, NoticeKind, failed, judged

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_the_third_error_in_a_row_is_told_once_and_so_is_the_end() -> None:
    health, told = Health(), []
    for n, outcome in enumerate("!!.!!!!!.."):
        at = NOON + n * MINUTE
        if outcome == "!":
            health, notices = failed(health, "alt_1", "time-out", at, 3)
        else:
            health, notices = judged(health, "alt_1", 0, 1000, at)
        told += [(n, str(each.kind)) for each in notices]
    assert told == [(5, "alert_error"), (8, "alert_recovered")]
    assert health == Health()


def test_the_state_is_error_from_the_first_failure_on() -> None:
    health, _ = failed(Health(), "alt_1", "time-out", NOON, 3)
    assert (health.state, health.since, health.message) == (HealthState.ERROR, NOON, "time-out")
    health, _ = failed(health, "alt_1", "busy", NOON + MINUTE, 3)
    assert (health.errors, health.since, health.message) == (2, NOON, "busy")


def test_too_many_instances_is_one_notice_until_there_is_room_again() -> None:
    health, first = judged(Health(), "alt_1", 7, 1000, NOON)
    assert first == (
        Notice(
            "alt_1",
            NoticeKind.ALERT_ERROR,
            "too many instances: more than 1000, 7 left out",
            NOON,
            "instances",
        ),
    )
    assert health.state is HealthState.ERROR
    health, again = judged(health, "alt_1", 9, 1000, NOON + MINUTE)
    assert (again, health.since) == ((), NOON)
    health, last = judged(health, "alt_1", 0, 1000, NOON + 2 * MINUTE)
    assert [each.kind for each in last] == [NoticeKind.ALERT_RECOVERED]
    assert health.state is HealthState.OK


def test_waiting_slots_are_behind() -> None:
    assert Health(behind=3).state is HealthState.BEHIND
    assert Health(behind=3, errors=1).state is HealthState.ERROR
    assert judged(Health(behind=3), "alt_1", 0, 1000, NOON)[0].behind == 3
