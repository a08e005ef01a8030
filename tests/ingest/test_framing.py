from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.ingest.framing import Frame, Framing

LONGEST = 20
BODIES = st.binary(max_size=30).map(lambda tail: b"<13>" + tail.replace(b"\n", b".").replace(b"\0", b"."))


def whole(data: bytes, *, orderly: bool = True) -> list[Frame]:
    framing = Framing(LONGEST)
    return framing.feed(data) + framing.end(orderly=orderly)


@pytest.mark.parametrize(
    ("data", "bodies"),
    [
        (b"<13>a\n<13>b\n", [b"<13>a", b"<13>b"]),
        (b"<13>a\r\n\r\n\n<13>b", [b"<13>a", b"<13>b"]),
        (b"<13>a\0<13>b\0", [b"<13>a", b"<13>b"]),  # as handlers of Python end their messages
        (b"<13>a\n\0<13>b\n\0", [b"<13>a", b"<13>b"]),
        (b"5 <13>a5 <13>b", [b"<13>a", b"<13>b"]),
        (b"6 <13>a\n5 <13>b", [b"<13>a", b"<13>b"]),  # syslog-ng counts its line feed in
        (b"5 <13>a\n5 <13>b\n", [b"<13>a", b"<13>b"]),  # others send one beside
        (b"8 <13>a\nb\n<13>c\n6 <13>de", [b"<13>a\nb", b"<13>c", b"<13>de"]),
        (b"12 apples\n2026-02-14 x\n7\n", [b"12 apples", b"2026-02-14 x", b"7"]),
        (b"0 <13>a\n", [b"0 <13>a"]),
    ],
)
def test_every_frame_tells_its_own_form(data: bytes, bodies: list[bytes]) -> None:
    assert whole(data) == [Frame(body) for body in bodies]


@given(st.lists(st.tuples(BODIES, st.sampled_from(["count", "line", "nul"])), max_size=8), st.data())
def test_frames_come_back_however_the_bytes_are_cut(
    sent: list[tuple[bytes, str]], data: st.DataObject
) -> None:
    written = b""
    for body, form in sent:
        written += (
            b"%d %b" % (len(body), body) if form == "count" else body + (b"\n" if form == "line" else b"\0")
        )
    framing = Framing(LONGEST)
    found: list[Frame] = []
    while written:
        cut = data.draw(st.integers(1, len(written)))
        found += framing.feed(written[:cut])
        written = written[cut:]
    found += framing.end(orderly=False)
    assert len(found) == len(sent)
    for frame, (body, _) in zip(found, sent, strict=True):
        if len(body) <= LONGEST:
            assert frame == Frame(body.strip(b"\r\n\0"))
        else:
            assert frame.fault == f"{len(body)} bytes, and a message has 20 at most"
            assert frame.body == body[:LONGEST].strip(b"\r\n\0")


@given(st.binary(max_size=200), st.booleans())
def test_nothing_upsets_it_and_little_is_kept(data: bytes, orderly: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    framing = Framing(LONGEST)
    for place in range(0, len(data), 7):
        framing.feed(data[place : place + 7])
        assert len(framing._rest) <= LONGEST + 12
    framing.end(orderly=orderly)
    assert framing.end(orderly=orderly) == []


def test_a_half_frame_is_told() -> None:
    assert whole(b"9 <13>a") == [Frame(b"<13>a", "the connection ended after 5 of 9 octets")]
    assert whole(b"<13>a", orderly=False) == [Frame(b"<13>a", "the connection ended within a message")]
    assert whole(b"<13>a", orderly=True) == [Frame(b"<13>a")]
    assert whole(b"99999 <13>" + b"a" * 50, orderly=True)[0].fault == "54 bytes, and a message has 20 at most"
