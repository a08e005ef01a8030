"""Bodies as strangers send them, to every address that makes something: odd numbers, doubles, odd types, odd sizes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lynxalert.api.body import LIMIT
from tests.api.dialects.test_boundaries import CHECKRD, VOX
from tests.api.house import ALERT, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SELFTUNE = {
    "type": "no_data",
    "threshold": 7,
    "channel": "webhook",
    "config": {"webhook_url": "https://example.com/x"},
}
HOOK = {"type": "webhook", "config": {"url": "https://example.com/x"}}
# Address, a body that is taken, its number, the status of success, of JSON that cannot be read, of a wrong number
MAKING: list[tuple[str, dict[str, Any], str, int, int, int]] = [
    ("/api/v1/alerts", {**ALERT, "channels": [HOOK]}, "max_instances", 201, 400, 422),
    ("/api/v1/alerts", SELFTUNE, "threshold", 201, 400, 400),
    ("/compat/selftune/alerts", SELFTUNE, "threshold", 201, 400, 400),
    ("/v1/alerts", CHECKRD, "threshold", 200, 400, 400),
    ("/v3/alert-rules", VOX, "threshold_value", 201, 422, 422),
]
EACH = pytest.mark.parametrize(
    ("path", "body", "number", "made", "unread", "wrong"), MAKING, ids=lambda each: str(each)[:24]
)


def with_number(body: dict[str, Any], name: str, text: str) -> str:
    """*body* with the number *name* spelled as *text*, which need not be a number of JSON."""
    return json.dumps({**body, name: "@"}).replace('"@"', text)


@EACH
async def test_numbers_beyond_all_numbers_are_refused_in_the_words_spoken_there(
    shared: House, path: str, body: dict[str, Any], number: str, made: int, unread: int, wrong: int
) -> None:
    for text in ("1e309", "-1e400", "NaN", "Infinity", "0x10", "1_000", "07"):
        answer = await shared.ask("POST", path, with_number(body, number, text))
        assert answer.status in {unread, wrong}, (text, answer.raw)
    for text in ('"0.5"', "true", "[]", "{}"):
        answer = await shared.ask("POST", path, with_number(body, number, text))
        assert answer.status == wrong, (text, answer.raw)
        assert number in answer.raw.decode()
    assert (await shared.ask("POST", path, body)).status == made


@EACH
async def test_whatever_the_content_type_is_called(
    shared: House, path: str, body: dict[str, Any], number: str, made: int, unread: int, wrong: int
) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "x"):
        answer = await shared.ask("POST", path, body, headers={"Content-Type": kind})
        assert answer.status == made, (kind, answer.raw)


@EACH
async def test_of_duplicate_keys_the_last_wins(
    shared: House, path: str, body: dict[str, Any], number: str, made: int, unread: int, wrong: int
) -> None:
    text = json.dumps(body)
    good = with_number(body, number, "1")[:-1] + f', "{number}": 2}}'
    assert (await shared.ask("POST", path, good)).status == made
    bad = text[:-1] + f', "{number}": "none"}}'
    assert (await shared.ask("POST", path, bad)).status == wrong


@EACH
async def test_a_body_that_is_none_or_too_large(
    shared: House, path: str, body: dict[str, Any], number: str, made: int, unread: int, wrong: int
) -> None:
    for text in (b"", b"{", b"\xff", b"[" * 2_000, b'{"a": "\xed\xa0\x80"}'):
        assert (await shared.ask("POST", path, text)).status == unread, text[:20]
    for text in (b"[]", b"null", b"7", b'"x"'):
        assert (await shared.ask("POST", path, text)).status in {wrong, 422}, text
    large = await shared.ask("POST", path, json.dumps({**body, "x": "y" * LIMIT}))
    assert large.status == 413
    assert "detail" in large.body if path.startswith("/v3") else "error" in large.body


async def test_ten_channels_alike_are_ten_channels(shared: House) -> None:
    channels = [{"type": "webhook", "url": "https://example.com/same"}] * 10
    answer = await shared.ask("POST", "/v3/alert-rules", {**VOX, "notification_channels": channels})
    assert (answer.status, len(answer.body["notification_channels"])) == (201, 10)
