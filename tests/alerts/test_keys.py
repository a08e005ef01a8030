"""Keys: canonical, stable, and never confusing two values that differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from lynxalert.alerts.keys import episode_id, key_of, labels_of

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("labels", "key"),
    [
        ({}, "{}"),
        ({"b": "x", "a": "y"}, '{"a":"y","b":"x"}'),
        ({"code": 500.0}, '{"code":500}'),
        ({"code": 500}, '{"code":500}'),
        ({"code": "500"}, '{"code":"500"}'),
        ({"rate": 0.5}, '{"rate":0.5}'),
        ({"rate": float("nan")}, '{"rate":"nan"}'),
        ({"host": None}, '{"host":null}'),
        ({"host": ""}, '{"host":""}'),
        ({"up": True}, '{"up":true}'),
        ({"_time": NOON}, '{"_time":"2026-02-14T12:00:00Z"}'),
        ({"tags": ["a", 1.0, NOON]}, '{"tags":["a",1,"2026-02-14T12:00:00Z"]}'),
        ({"city": "Köln \u202e"}, '{"city":"Köln \u202e"}'),
    ],
)
def test_a_key_is_canonical_json(labels: dict[str, Any], key: str) -> None:
    assert key_of(labels) == key


def test_a_field_the_row_lacks_is_null() -> None:
    assert labels_of({"host": "a", "n": 1}, ("host", "zone")) == {"host": "a", "zone": None}


def test_episodes_are_told_apart_by_alert_version_key_and_start() -> None:
    made = {
        episode_id(alert, version, key, at)
        for alert in ("alt_1", "alt_2")
        for version in (1, 2)
        for key in ("{}", '{"a":1}')
        for at in (NOON, NOON + dt.timedelta(microseconds=1))
    }
    assert len(made) == 16
    assert episode_id("alt_1", 1, "{}", NOON) == "ep_cc7327b6533ea362f5891cdb466e0a53"
