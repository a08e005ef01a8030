"""Lengths of time in options."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.plan.command import BadOption
from lynxalert.plan.lengths import length


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("30s", dt.timedelta(seconds=30)),
        ("5m", dt.timedelta(minutes=5)),
        ("2h", dt.timedelta(hours=2)),
        ("1d", dt.timedelta(days=1)),
        ("1w", dt.timedelta(weeks=1)),
        ("500ms", dt.timedelta(milliseconds=500)),
        ("90", dt.timedelta(seconds=90)),
        ("0", dt.timedelta()),
        ("-1", None),
    ],
)
def test_lengths(text: str, meaning: dt.timedelta | None) -> None:
    assert length(text) == meaning


@pytest.mark.parametrize("text", ["", "soon", "1mon", "2y", "-5m", "5 m x"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(BadOption):
        length(text)
