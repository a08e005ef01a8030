"""Journals in portions: whatever the cuts, the entries are those of the whole; no value makes the reader hold more."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.ingest import IngestError
from lynxalert.ingest.journal_export import JournalReader

LONGEST = 200
NAMES = st.text("ABCDEFGH_", min_size=1, max_size=6).map(str.encode)
VALUES = st.binary(max_size=12)
ENTRIES = st.lists(
    st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=2), min_size=1, max_size=4), max_size=5
)


def exported(entries: list[dict[bytes, list[bytes]]], as_binary: bool) -> bytes:  # noqa: FBT001 - drawn
    out = bytearray()
    for entry in entries:
        for name, values in entry.items():
            for value in values:
                if as_binary or b"\n" in value:
                    out += name + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
                else:
                    out += name + b"=" + value + b"\n"
        out += b"\n"
    return bytes(out)


def read(portions: list[bytes]) -> list[dict[str, list[bytes]]]:
    reader = JournalReader(LONGEST)
    found = [entry for portion in portions for entry in reader.feed(portion)]
    return [*found, *reader.finish()]


@given(ENTRIES, st.booleans(), st.lists(st.integers(0, 400), max_size=6))
def test_cuts_do_not_matter(entries, as_binary, cuts) -> None:
    whole = exported(entries, as_binary)
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    portions = [whole[start:end] for start, end in itertools.pairwise(places)]
    assert read(portions) == [{name.decode(): values for name, values in entry.items()} for entry in entries]


@given(st.binary(max_size=80), st.integers(1, 20))
def test_any_bytes_are_entries_or_refused(body: bytes, size: int) -> None:
    portions = [body[start : start + size] for start in range(0, len(body), size)]
    try:
        found = read(portions)
    except IngestError:
        return
    assert all(entry for entry in found)


def test_entries_come_as_soon_as_they_are_complete() -> None:
    reader = JournalReader(LONGEST)
    assert list(reader.feed(b"A=1\n\nB=2\n")) == [{"A": [b"1"]}]
    assert list(reader.feed(b"\n")) == [{"B": [b"2"]}]


@pytest.mark.parametrize(
    "long", [b"B=" + b"x" * 5_000 + b"\n", b"B\n" + (5_000).to_bytes(8, "little") + b"\n" * 5_000 + b"\n"]
)
@pytest.mark.parametrize("size", [1, 7, 1_000, 10_000])
def test_long_values_are_passed_over_without_being_held(long: bytes, size: int) -> None:
    body = b"A=1\n" + long + b"C=3\n\nD=4\n\n"
    reader = JournalReader(LONGEST)
    found, most = [], 0
    for start in range(0, len(body), size):
        found += reader.feed(body[start : start + size])
        most = max(most, len(reader._held))
    assert found == [{"A": [b"1"], "C": [b"3"]}, {"D": [b"4"]}]
    assert reader.passed_over == 1
    assert most <= LONGEST + 1_000 + size


def test_an_entry_of_many_values_is_bounded() -> None:
    reader = JournalReader(LONGEST)
    (entry,) = reader.feed(
        b"A=" + b"x" * 90 + b"\n" + b"B=" + b"x" * 90 + b"\n" + b"C=" + b"x" * 90 + b"\n\n"
    )
    assert sorted(entry) == ["A", "B"]
    assert reader.passed_over == 1


@pytest.mark.parametrize("body", [b"x" * 2_000, b"x" * 1_500 + b"\n" + bytes(8)])
def test_what_has_no_name_is_refused(body: bytes) -> None:
    with pytest.raises(IngestError, match="neither a name nor a length"):
        list(JournalReader(LONGEST).feed(body))
