from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.events.frames import MAGIC, Corrupt, Frame, Torn, frame, scan

PAYLOADS = st.lists(st.binary(max_size=40) | st.just(MAGIC * 3) | st.just(frame(b"inner")[:-1]), max_size=6)


def payloads(segment: bytes) -> list[bytes]:
    return [found.payload for found in scan(segment) if isinstance(found, Frame)]


@given(PAYLOADS)
def test_what_was_framed_is_found(sent: list[bytes]) -> None:
    segment = b"".join(map(frame, sent))
    found = list(scan(segment))
    assert payloads(segment) == sent
    assert all(isinstance(one, Frame) for one in found)
    assert [one.end for one in found if isinstance(one, Frame)][-1:] == ([len(segment)] if sent else [])


@given(PAYLOADS)
def test_a_segment_cut_anywhere_keeps_every_record_before_the_cut(sent: list[bytes]) -> None:
    segment = b"".join(map(frame, sent))
    ends = [sum(len(frame(one)) for one in sent[: count + 1]) for count in range(len(sent))]
    for cut in range(len(segment)):
        found = list(scan(segment[:cut]))
        whole = sum(end <= cut for end in ends)
        assert payloads(segment[:cut]) == sent[:whole]
        if cut in (0, *ends):
            assert len(found) == whole
        else:
            assert found[whole:] == [Torn(ends[whole - 1] if whole else 0)]


@given(PAYLOADS.filter(len), st.data())
def test_a_changed_byte_costs_one_record(sent: list[bytes], data: st.DataObject) -> None:
    frames = [frame(one) for one in sent]
    segment = bytearray(b"".join(frames))
    place = data.draw(st.integers(0, len(segment) - 1))
    segment[place] ^= data.draw(st.integers(1, 255))
    hit = next(n for n in range(len(frames)) if place < sum(map(len, frames[: n + 1])))
    found = list(scan(bytes(segment)))
    assert payloads(bytes(segment)) == sent[:hit] + sent[hit + 1 :]
    damage = [one for one in found if not isinstance(one, Frame)]
    start = sum(map(len, frames[:hit]))
    assert len(damage) == 1
    assert damage[0].start == start
    if isinstance(damage[0], Corrupt):
        assert damage[0].end == start + len(frames[hit])
    else:
        assert hit == len(frames) - 1


@given(PAYLOADS, st.binary(min_size=1, max_size=30))
def test_damage_and_records_leave_no_gap(sent: list[bytes], noise: bytes) -> None:
    segment = noise + b"".join(map(frame, sent)) + noise
    place = 0
    for found in scan(segment):
        assert found.start == place
        place = len(segment) if isinstance(found, Torn) else found.end
    assert place == len(segment)


def test_a_length_beyond_reason_is_damage() -> None:
    assert list(scan(frame(b"a") + b"LXA1\xff\xff\xff\xff" + b"x" * 20)) == [Frame(0, 13, b"a"), Torn(13)]
    assert list(scan(b"not a record at all")) == [Corrupt(0, 19)]
