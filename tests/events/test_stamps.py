"""Texts that are kept as instants come back to the letter, or are kept as texts."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine import Engine
from lynxalert.events import EventStore
from lynxalert.events.extract import from_value, instant
from lynxalert.events.stamps import FORMS, form_of, stamp, stamps
from tests.events.stores import NOON, Standing, fields, slots

FIRST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 253_402_300_799_999_999).map(instant)
NEARLY = st.sampled_from(
    [
        None,
        1,
        True,
        "",
        "2026-02-30T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:59:60Z",
        "2026-11-21 14:41:00Z",
        "2026-11-21 14:41:00.123Z",
        "2026-11-21T14:41:00+0100",
        "2026-11-21T14:41:00.000+010",
        "2026-11-21T14:41:00z",
        "2026-11-21T14:41:00,123Z",
        "2026-11-21T14:41:00.123456789Z",
        "2026-11-21T14:41:00 +0:00",
        "2026-11-21T14:41:00-00:00",
        "2026-11-21T14:41:00+01:00",
        "2026-11-21 14:41:00+00:00",
        "2026-11-21T14:41:00.123+0000",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00.000Z",
        "２０２６-11-21T14:41:00Z",
        "2026-W47-6T14:41:00.12Z",
        "20261121T144100.123456Z",
    ]
)
TEXTS = st.builds(
    lambda moment, form: f"{moment.replace(tzinfo=None).isoformat(timespec=form.precision)}{form.zone}",
    MOMENTS,
    st.sampled_from(sorted(FORMS.values())),
)


@given(TEXTS, st.sampled_from(sorted(FORMS)))
def test_what_fits_comes_back_to_the_letter(text: str, form: str) -> None:
    found = stamp(text, form)
    if len(text) != FORMS[form].length:
        assert found is None
        return
    again = duckdb.sql("SELECT strftime(make_timestamp(?), ?)", params=[found, form]).fetchall()
    assert again == [(text,)]


@given(st.lists(TEXTS | NEARLY, max_size=6), st.sampled_from(sorted(FORMS)))
def test_many_are_read_as_each_alone(values: list[Any], form: str) -> None:
    alone = [None if value is None else stamp(value, form) for value in values]
    fit = all(found is not None or value is None for value, found in zip(values, alone, strict=True))
    assert stamps(values, form) == (alone if fit else None)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_form_is_that_of_all(form: str) -> None:
    usual = f"{FIRST.replace(tzinfo=None).isoformat(timespec=FORMS[form].precision)}{FORMS[form].zone}"
    assert form_of([None, usual]) == form
    assert form_of([usual, "yesterday"]) is None
    assert form_of([]) is None


ZONES = st.sampled_from(["Z", "+00:00", "+01:00", "-23:59", "-00:00", "+99:99", " +01:00", "+0100"])
FRACTIONS = st.sampled_from(["", ".1", ".123456", ".1234567", ",5", ".99999999"])


@given(st.integers(-62_135_596_800, 253_402_300_799), FRACTIONS, ZONES)
def test_the_fast_road_reads_what_the_slow_one_does(seconds: int, fraction: str, zone: str) -> None:
    text = f"{instant(seconds * 1_000_000).replace(tzinfo=None).isoformat()}{fraction}{zone}"
    assert from_value(text, 0) == from_value(f" {text}", 0)


def test_what_python_writes_is_read_at_once(tmp_path: pathlib.Path) -> None:
    usual = [f"2026-02-10T08:12:{second:02d}.250001+00:00" for second in range(60)]
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.ingest(json.dumps({"timestamp": text}) for text in usual)
    assert store.catalog().streams[0].fields["timestamp"].written == "%Y-%m-%dT%H:%M:%S.%f+00:00"
    assert [row["timestamp"] for row in fields(store)] == usual
    found = Engine(store).query(
        'timestamp="2026-02-10T08:12:07.250001+00:00" | table _time, timestamp', now=NOON
    )
    [row] = found.rows
    assert (row["timestamp"], str(row["_time"])) == (usual[7], "2026-02-10 08:12:07.250001+00:00")
    store.close()


def test_other_texts_among_them_stay_what_they_are(tmp_path: pathlib.Path) -> None:
    usual = [f"2026-02-10T08:12:{second:02d}.250Z" for second in range(60)]
    odd = ["2026-02-10T08:12:61.250Z", "never", 7, "2026-02-10 08:12:03.250", None]
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.ingest(json.dumps({"timestamp": text}) for text in usual)
    assert store.catalog().streams[0].fields["timestamp"].written == "%Y-%m-%dT%H:%M:%S.%gZ"
    store.ingest(json.dumps({"timestamp": text}) for text in odd)
    store.close()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    assert [row.get("timestamp") for row in fields(store)] == usual + odd
    assert slots(store)["timestamp"] == ("text", True, False)
    engine = Engine(store)
    for query in ("timestamp=never", 'timestamp="2026-02-10T08:12:07.250Z"', '* | where timestamp="never"'):
        assert list(engine.query(f"{query} | stats count", now=NOON).rows) == [{"count": 1}], query
    store.close()
