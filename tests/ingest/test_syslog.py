from __future__ import annotations

import datetime as dt
import json
import pathlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lynxalert.clock import rfc3339
from lynxalert.events import Event, Reject
from lynxalert.ingest import Payload
from lynxalert.ingest.framing import Frame
from lynxalert.ingest.protocols.syslog import FACILITIES, SEVERITIES, Syslog
from tests import goldens

NOW = dt.datetime(2026, 2, 14, 14, 0, tzinfo=dt.UTC)
BERLIN = Syslog(timezone="Europe/Berlin")
TABLE = {"<BOM>": b"\xef\xbb\xbf", "<FF>": b"\xff", "<NUL>": b"\0"}


def event(text: str | bytes, decoder: Syslog = BERLIN, now: dt.datetime | None = NOW) -> Event:
    body = text if isinstance(text, bytes) else text.encode()
    (found,) = decoder.decode(Payload(body, arrived=now, sender="192.0.2.7")).events
    return found


@goldens.parametrize("syslog")
def test_syslog(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    """Received at 14:00 UTC on 14 February 2026 from 192.0.2.7, in the zone of Berlin."""
    case = goldens.load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    shown = []
    for line in case["messages"].splitlines():
        body = line.encode()
        for mark, real in TABLE.items():
            body = body.replace(mark.encode(), real)
        found = event(body)
        fields = dict(found.fields)
        assert fields.pop("facility_code") * 8 + fields["severity_code"] < 192
        del fields["severity_code"]
        time = None if found.time is None else rfc3339(found.time)
        shown.append(json.dumps({"time": time, "host": found.host, **fields}, ensure_ascii=False))
    case.expect("events", "\n".join(shown))


@given(st.integers(0, 191))
def test_a_priority_is_a_facility_and_a_severity(priority: int) -> None:
    fields = event(f"<{priority}>Feb 14 13:25:00 vm app: x").fields
    assert (fields["facility_code"], fields["severity_code"]) == divmod(priority, 8)
    assert FACILITIES.index(fields["facility"]) * 8 + SEVERITIES.index(fields["severity"]) == priority


def test_the_text_is_kept_as_it_came() -> None:
    assert event("<34>1 - - - - - - \ufeffhello\r\n\0").raw == "<34>1 - - - - - - hello"
    assert event(b"<13>Feb 14 13:25:00 vm app: \xff").raw == "<13>Feb 14 13:25:00 vm app: \ufffd"


@pytest.mark.parametrize("body", [b"", b"\n", b"\0", b" \r\n"])
def test_a_blank_message_is_none(body: bytes) -> None:
    assert BERLIN.decode(Payload(body, arrived=NOW)).events == ()


def test_faults_are_rejects_and_so_is_a_document_nested_too_deep() -> None:
    found = BERLIN.message(Frame(b"<13>begin", "too long"), NOW, None)
    assert isinstance(found, Reject)
    assert (found.reason, found.raw) == ("too long", "<13>begin")
    found = BERLIN.message(Frame(b'<13>1 - - - - - - {"a":' + b"[" * 300 + b"]" * 300 + b"}"), NOW, None)
    assert isinstance(found, Reject)
    assert "nested" in found.reason


WORDS = ["<13>", "1 ", "- ", "Feb 14 13:25:00 ", "2026-02-14T13:25:00Z ", "vm ", "app", "[12]", ": ", '[a b="', '"]', "%", "-3-X", "\n", "9" * 25]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=12).map("".join))
@example("Feb 14 99:99:99 vm app: x")
@example("0000-00-00T00:00:00Z vm app: x")
@example("<13>1 0001-01-01T00:00:00+23:59 vm a b c - x")
@example("0001 Jan 1 00:00:00 vm a: x")
@example("9999 Dec 31 23:59:59 vm a: x")
@example("<13>1 99999999999999999999999 vm a b c - x")
@example("Feb 14 13:25:00 -99:99: x")
def test_whatever_comes_becomes_an_event_or_nothing(text: str) -> None:
    for now in (NOW, dt.datetime(1, 1, 1, 12, tzinfo=dt.UTC), None):
        found = BERLIN.decode(Payload(text.encode(errors="replace"), arrived=now, sender="192.0.2.7"))
        assert not found.rejects
        for each in found.events:
            assert each.host
            assert isinstance(each.fields["message"], str)


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)), st.integers(-360 * 86_400, 86_400))  # noqa: DTZ001
def test_the_year_is_the_latest_that_is_not_in_the_future(now: dt.datetime, ahead: int) -> None:
    """A message of up to a year ago, from a clock up to a day ahead, gets its own year back."""
    now = now.replace(tzinfo=dt.UTC, microsecond=0)
    sent = now + dt.timedelta(seconds=ahead)
    if (sent.month, sent.day) == (2, 29):
        sent -= dt.timedelta(days=1)
    text = f"<13>{sent.strftime('%b')} {sent.day:2} {sent:%H:%M:%S} vm app: x"
    assert event(text, Syslog(), now).time == sent
