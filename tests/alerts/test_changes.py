"""What changes the meaning of an alert, and what is cosmetic; which alerts are evaluated."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from typing import Any

import pytest

from lynxalert.alerts import Alert, ChannelSpec, Cron, Every, Flapping, Lifecycle, NoData, Policy
from lynxalert.alerts.changes import changes_meaning, lifecycle

HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
ALERT = Alert(id="a", name="a", query="*", schedule=Every(HOUR, "1h"), window=HOUR)

MEANING: dict[str, Any] = {
    "query": "error",
    "when": {"type": "no_data"},
    "window": 2 * HOUR,
    "delay": HOUR,
    "by": ("host",),
    "expect": ({},),
    "trigger_once": True,
    "time": "ingest",
    "timezone": "Europe/Berlin",
}
COSMETIC: dict[str, Any] = {
    "id": "b",
    "name": "b",
    "metric": {"type": "error_rate"},
    "schedule": Cron("0 * * * *"),
    "channels": (ChannelSpec(type="webhook", name="hook"),),
    "catchup_limit": 2 * HOUR,
    "allow_gaps": True,
    "active_schedule": None,
    "max_lateness": HOUR,
    "enabled": False,
    "paused": True,
    "paused_until": NOON,
    "severity": "info",
    "description": "d",
    "labels": {"a": "b"},
    "templates": {"a": "b"},
    "version": 2,
    "source": "file",
    "file_key": "k",
}
POLICY: dict[str, tuple[Any, bool]] = {
    "hold": (HOUR, True),
    "keep_firing_for": (HOUR, True),
    "no_data": (NoData.KEEP, True),
    "no_data_for": (HOUR, True),
    "forget_after": (HOUR, True),
    "flapping": (Flapping(3, 4, 2), True),
    "repeat_interval": (HOUR, False),
    "cooldown": (HOUR, False),
    "max_instances": (5, False),
    "error_after": (5, False),
}


def test_every_field_is_either_meaning_or_cosmetic() -> None:
    assert {*MEANING, *COSMETIC, "policy"} == {each.name for each in fields(Alert)}
    assert set(POLICY) == {each.name for each in fields(Policy)}


@pytest.mark.parametrize("name", [*MEANING, *COSMETIC])
def test_a_field_changes_the_meaning_or_not(name: str) -> None:
    changed = replace(ALERT, **{name: (MEANING | COSMETIC)[name]})
    assert changes_meaning(ALERT, changed) is (name in MEANING)


@pytest.mark.parametrize("name", POLICY)
def test_a_field_of_the_policy_changes_the_meaning_or_not(name: str) -> None:
    value, meaning = POLICY[name]
    assert changes_meaning(ALERT, replace(ALERT, policy=replace(ALERT.policy, **{name: value}))) is meaning


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, Lifecycle.ENABLED),
        ({"enabled": False, "paused": True}, Lifecycle.DISABLED),
        ({"paused": True}, Lifecycle.PAUSED),
        ({"paused": True, "paused_until": NOON + HOUR}, Lifecycle.PAUSED),
        ({"paused": True, "paused_until": NOON}, Lifecycle.ENABLED),
        ({"paused_until": NOON + HOUR}, Lifecycle.ENABLED),
    ],
)
def test_the_lifecycle_is_disabled_paused_or_enabled(changes: dict[str, Any], state: Lifecycle) -> None:
    assert lifecycle(replace(ALERT, **changes), NOON) is state
