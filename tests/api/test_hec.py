"""Splunk's HTTP Event Collector against a whole daemon."""

from __future__ import annotations

import gzip

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/services/collector"
CHANNEL = "FE0ECFAD-13D5-401B-847D-77833BD77131"


@pytest.mark.parametrize("path", ["", "/", "/event", "/event/1.0", "/raw", "/raw/1.0?channel=" + CHANNEL])
async def test_every_address_takes_events(shared: House, path: str) -> None:
    answer = await shared.ask("POST", BASE + path, b'{"event":"a"}')
    assert (answer.status, answer.body["text"], answer.body["code"]) == (200, "Success", 0)
    assert (await shared.ask("OPTIONS", BASE + path)).status == 200


async def test_events_read_back_as_they_were_sent(shared: House) -> None:
    body = (
        b'{"time":"1771070390.25","host":"web1","source":"s","sourcetype":"t","index":"hec",'
        b'"event":{"n":9007199254740993,"ratio":0.1,"ok":false,"text":"5"},"fields":{"region":"eu","ids":[1,2]}}'
        b'{"time":1771070391,"index":"hec","event":"user=7 done","fields":{"user":"8"}}'
    )
    answer = await shared.ask("POST", BASE, gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert answer.body == {"text": "Success", "code": 0}
    fields = "_time, host, source, sourcetype, n, ratio, ok, text, region, ids{}, ids, user"
    found = await shared.asked({"q": f"index=hec | sort _time | table {fields}"})
    first, second = found.data["rows"]
    assert {name: value for name, value in first.items() if value is not None} == {
        "_time": "2026-02-14T11:59:50.25Z",
        "host": "web1",
        "source": "s",
        "sourcetype": "t",
        "n": 9007199254740993,
        "ratio": 0.1,
        "ok": False,
        "text": "5",
        "region": "eu",
        "ids{}": ["1", "2"],  # lists are texts
    }
    assert (second["_time"], second["user"]) == ("2026-02-14T11:59:51Z", "8")


async def test_what_stands_before_a_bad_event_is_kept(shared: House) -> None:
    body = b'{"event":"one","index":"part","time":1771070390}{"event":"","index":"part"}{"event":"three","index":"part"}'
    answer = await shared.ask("POST", BASE, body)
    assert answer.status == 400
    assert answer.body == {"text": "Event field cannot be blank", "code": 13, "invalid-event-number": 1}
    found = await shared.asked({"q": "index=part | table _raw"})
    assert found.data["rows"] == [{"_raw": "one"}]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("", b"", {}, 400, 5),
        ("", b"nonsense", {}, 400, 6),
        ("?index=a+b", b'{"event":"a"}', {}, 400, 7),
        ("", b'{"event":"a","index":"-"}', {}, 400, 7),
        ("?channel=no-guid", b'{"event":"a"}', {}, 400, 11),
        ("/ack", b'{"acks":[0]}', {}, 400, 10),
        ("/ack?channel=no-guid", b'{"acks":[0]}', {}, 400, 11),
        (f"/ack?channel={CHANNEL}", b'{"acks":["0"]}', {}, 400, 6),
        (f"/ack?channel={CHANNEL}", b"[", {}, 400, 6),
        ("", b'{"time":1}', {}, 400, 12),
        ("", b'{"event":"a","fields":[]}', {}, 400, 15),
        ("", b"x", {"Content-Encoding": "br"}, 415, 6),
        ("", b"\x1f\x8b\x08", {}, 400, 6),
    ],
)
async def test_codes(shared: House, path: str, body: bytes, headers, status: int, code: int) -> None:
    answer = await shared.ask("POST", BASE + path, body, headers=headers)
    assert (answer.status, answer.body["code"]) == (status, code)


async def test_ids_count_per_channel_and_are_true_at_once(shared: House) -> None:
    mine, other = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    ids = []
    for channel in (mine, mine, other):
        headers = {"X-Splunk-Request-Channel": channel}
        answer = await shared.ask("POST", f"{BASE}/event", b'{"event":"a"}', headers=headers)
        ids.append(answer.body["ackId"])
    assert ids == [0, 1, 0]
    for channel, expected in (
        (mine, {"0": True, "1": True, "2": False}),
        (other, {"0": True, "1": False, "2": False}),
    ):
        answer = await shared.ask("POST", f"{BASE}/ack?channel={channel}", b'{"acks":[0,1,2]}')
        assert (answer.status, answer.body) == (200, {"acks": expected})


async def test_health(shared: House) -> None:
    for path in ("/health", "/health/1.0"):
        answer = await shared.ask("GET", BASE + path)
        assert (answer.status, answer.body) == (200, {"text": "HEC is healthy", "code": 17})
