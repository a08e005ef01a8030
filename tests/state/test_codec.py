"""Whatever the house stores comes back as it was."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts import Alert, Cron, Inputs, Instance, Match, Phase, Transition
from lynxalert.alerts.health import Health
from lynxalert.state import codec, encoding
from tests.state.samples import ALERT, INSTANCE, MATCH, NOON, TRANSITION

instants = st.datetimes(timezones=st.just(dt.UTC))
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | instants,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(plain)
def test_plain_values_come_back(value: Any) -> None:
    assert codec.loads(codec.dumps(value)) == value


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([Phase.FIRING, NOON - NOON, INSTANCE, MATCH, INSTANCE.episode]),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@given(anything)
def test_what_is_written_reads_as_if_the_standard_library_had_written_it(value: Any) -> None:
    assert repr(json.loads(codec.dumps(value))) == repr(json.loads(encoding.exact(value)))


json_alone = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_alone, anything)
def test_what_is_plain_already_is_written_the_same_without_a_look_at_it(value: Any, part: Any) -> None:
    written = codec.dumps(codec.written_plain([value, codec.written(part)]))
    assert repr(json.loads(written)) == repr(json.loads(codec.dumps([value, part])))


def test_what_is_not_plain_is_not_taken_for_it() -> None:
    with pytest.raises(TypeError, match="set cannot be stored"):
        codec.written_plain({"a": {1, 2}})


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 2**64, "\ud800", -0.0, 1e300])
def test_rows_hold_what_no_other_json_does(odd: Any) -> None:
    row = replace(MATCH, value=odd, values={"a": odd, "b": [{"c": odd}]})
    assert repr(codec.unpack(Match, codec.loads(codec.dumps(row)))) == repr(replace(row, rows=()))


def test_instants_of_one_moment_keep_their_zones() -> None:
    berlin = NOON.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert codec.dumps([NOON, berlin]) != codec.dumps([NOON, NOON])


def test_what_is_written_already_stays_as_it_is() -> None:
    assert codec.dumps(codec.written(INSTANCE)) == codec.dumps(INSTANCE)
    assert json.loads(codec.dumps({"a": codec.written([1])})) == {"a": [1]}
    assert codec.loads(codec.dumps({"a": codec.written([1]), "b": 2**64})) == {"a": [1], "b": 2**64}


@pytest.mark.parametrize(
    "value",
    [
        ALERT,
        replace(ALERT, schedule=Cron("*/5 * * * *", "Europe/Berlin"), active_schedule=None, by=None),
        replace(ALERT, policy=replace(ALERT.policy, flapping=None)),
        INSTANCE,
        replace(INSTANCE, match=None, episode=None),
        TRANSITION,
        replace(TRANSITION, reason=None, match=None),
        Health(errors=3, since=NOON, message="time-out", told=True),
        Inputs({MATCH.key: MATCH}, {MATCH.key: MATCH}, {"{}": {}}, {"{}": {"a": None}}),
        Inputs(),
    ],
)
def test_dataclasses_come_back(value: Any) -> None:
    stored = codec.dumps(value)
    assert codec.unpack(type(value), codec.loads(stored)) == value
    assert stored == codec.dumps(codec.unpack(type(value), codec.loads(stored)))


def test_fields_that_came_later_take_their_default_and_lost_ones_are_ignored() -> None:
    stored = codec.loads(codec.dumps(ALERT))
    del stored["severity"]
    stored["forgotten"] = 5
    assert codec.unpack(Alert, stored) == ALERT


def test_an_events_own_field_may_look_like_a_mark() -> None:
    odd = replace(INSTANCE, labels={"$at": "yesterday", "$is": "Instance"})
    assert codec.unpack(Instance, codec.loads(codec.dumps(odd))) == odd
    assert codec.loads(codec.dumps({"$at": 5})) == {"$at": 5}


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="set cannot be stored"):
        codec.dumps({1, 2})


def test_transitions_keep_their_types() -> None:
    again = codec.unpack(Transition, codec.loads(codec.dumps(TRANSITION)))
    assert type(again.kind) is type(TRANSITION.kind)
    assert again.started.tzinfo is not None
