from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.events import Event, Reject
from lynxalert.events.arrivals import Arrived, cleaned, decode, encode

TIME = dt.datetime(2026, 2, 10, 8, 12, 3, 45, tzinfo=dt.UTC)


def test_arrivals_come_back_as_they_were() -> None:
    batch = [
        Arrived(1, Event("plain")),
        Arrived(1, Event("same origin")),
        Arrived(2, Event("later", "web", "nginx", "access", "h1")),
        Arrived(2, Event("with time", "web", "nginx", "access", "h1", TIME)),
        Arrived(2, Event("with fields", fields={"a": 2**70, "b": {"c": [1, 1.5, None, True]}, "": "é\0"})),
        Arrived(3, Reject(7, "reason", "raw", "main", "x")),
    ]
    assert list(decode(encode(batch))) == batch


def test_a_time_in_another_zone_is_the_same_instant() -> None:
    zone = dt.timezone(dt.timedelta(hours=-5))
    [found] = decode(encode([Arrived(1, Event("x", time=TIME.astimezone(zone)))]))
    assert isinstance(found.item, Event)
    assert found.item.time == TIME


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    half = "a\ud800b"
    batch = [
        Arrived(1, Event(half, half, half, half, half, fields={half: [half, {"x": half}, 1]})),
        Arrived(1, Event("good")),
        Arrived(1, Reject(1, half, half, half, half)),
    ]
    with pytest.raises(UnicodeEncodeError):
        encode(batch)
    found = list(decode(encode(cleaned(batch))))
    whole = "a�b"
    assert found[0].item == Event(whole, whole, whole, whole, whole, fields={whole: [whole, {"x": whole}, 1]})
    assert found[1:] == [Arrived(1, Event("good")), Arrived(1, Reject(1, whole, whole, whole, whole))]


@pytest.mark.parametrize("payload", [b"", b"{}", b"[2,[],[]]", b"[1,[[1]],[]]", b"nonsense"])
def test_a_payload_of_another_kind_is_refused(payload: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        decode(payload)
