from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.config.units import UnitError, duration, duration_text, size, size_text


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("30s", 30), ("5m", 300), ("1h", 3600), ("2d", 172_800), ("1w", 604_800), ("1h30m", 5400), ("0s", 0)],
)
def test_words_of_time(word, seconds) -> None:
    assert duration(word) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "word", ["", "5", "m", "5 m", "1.5h", "-1s", "5M", "5ms", "1h 30m", "٣s", "99999999w"]
)
def test_what_is_no_duration(word) -> None:
    with pytest.raises(UnitError):
        duration(word)


@given(st.integers(0, 10**9))
def test_a_duration_reads_back(seconds) -> None:
    length = dt.timedelta(seconds=seconds)
    assert duration(duration_text(length)) == length


@pytest.mark.parametrize(
    ("word", "number"), [("512MB", 512_000_000), ("2gb", 2_000_000_000), ("1.5KiB", 1536), ("7 B", 7)]
)
def test_words_of_size(word, number) -> None:
    assert size(word) == number


@pytest.mark.parametrize("word", ["", "5", "0MB", "MB", "-1MB", "5TB", "5iB", "1..5MB"])
def test_what_is_no_size(word) -> None:
    with pytest.raises(UnitError):
        size(word)


@given(st.integers(1, 10**12))
def test_a_size_reads_back(number) -> None:
    assert size(size_text(number)) == number
