"""The same requests written otherwise: duplicate and odd parameters, encoded ids, bodies in other wrappings, every method."""

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import AsyncIterator

import pytest

from tests.api.house import ALERT, House

BODY = json.dumps(
    {**ALERT, "channels": [{"type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}]}
).encode()
pytestmark = pytest.mark.asyncio(loop_scope="module")

NULL = "bnVsbA"  # a cursor that says null


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """*body* in chunks, its length not announced."""
    for start in range(0, len(body), 7):
        yield body[start : start + 7]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=5&limit=6", "limit is given 2 times"),
        ("enabled=true&enabled=false", "enabled is given 2 times"),
        ("source=api&source=file&source=api", "source is given 3 times"),
        ("q=a&q=b", "q is given 2 times"),
        ("sort=name&sort=-name", "sort is given 2 times"),
        ("limit=1e3", "limit must be a whole number from 1 to 1000"),
        ("limit=99999999999999999999999", "limit must be a whole number from 1 to 1000"),
        ("limit=%D9%A3", "limit must be a whole number from 1 to 1000"),
        (f"cursor={NULL}", "cursor is not a cursor of this list"),
        ("cursor=W10", "cursor is not a cursor of this list"),
        ("LIMIT=5", "LIMIT is not a filter"),
        ("limit[]=5", '"limit[]" is not a filter'),
        ("%00=1", '"\x00" is not a filter'),
    ],
)
async def test_a_parameter_that_is_odd_or_given_twice_is_refused(
    shared: House, query: str, said: str
) -> None:
    answer = await shared.ask("GET", f"/api/v1/alerts?{query}")
    assert (answer.status, answer.error["message"]) == (422, said)


@pytest.mark.parametrize(
    "query", ["status=ok&status=triggered", "label=a&label=b", "status=", "q=%", "&", "q=%F0%9F%98%80"]
)
async def test_what_may_be_given_twice_or_is_only_unusual_is_answered(shared: House, query: str) -> None:
    assert (await shared.ask("GET", f"/api/v1/alerts?{query}")).status == 200


@pytest.mark.parametrize(
    "path",
    ["alerts/from-file/history", "alerts/from-file/notifications", "notifications", "audit", "silences"],
)
async def test_no_list_takes_null_for_a_cursor_or_two_limits(shared: House, path: str) -> None:
    for query in (f"cursor={NULL}", "limit=1&limit=2"):
        answer = await shared.ask("GET", f"/api/v1/{path}?{query}")
        assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR"), query


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("from-file", 200),
        ("from%2Dfile", 200),
        ("%66rom-file", 200),
        ("From-File", 404),
        ("from-file%00", 404),
        ("%20from-file", 404),
        ("from-file;a=b", 404),
        ("from-file%2Fhistory", 404),
        ("from-file/", 404),
        ("%F0%9F%98%80", 404),
        ("%ff", 404),
        ("a" * 5000, 404),
    ],
)
async def test_an_id_is_the_same_however_it_is_encoded(shared: House, written: str, status: int) -> None:
    for method in ("GET", "HEAD"):
        answer = await shared.ask(method, f"/api/v1/alerts/{written}")
        assert answer.status == status
        assert answer.raw if method == "GET" else not answer.raw


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (BODY, {}, 201),
        (BODY + b"\n \t", {}, 201),
        (codecs.BOM_UTF8 + BODY, {}, 201),
        (BODY, {"Content-Encoding": ""}, 201),
        (BODY, {"Content-Encoding": "Identity"}, 201),
        (BODY, {"Content-Type": "application/xml"}, 201),
        (BODY, {"Expect": "100-continue"}, 201),
        (pieces, {}, 201),
        (gzip.compress(BODY), {"Content-Encoding": "x-gzip"}, 415),
        (BODY, {"Content-Encoding": "gzip, gzip"}, 415),
        (BODY.decode().encode("utf-16"), {}, 400),
        (BODY + b"x", {}, 400),
        (codecs.BOM_UTF8, {}, 400),
        (b'{"name": "\xff"}', {}, 400),
        (b'{"name": "\\ud800"}', {}, 400),
        (b"null", {}, 422),
    ],
)
async def test_a_body_is_read_whatever_it_is_wrapped_in(shared: House, body, headers, status: int) -> None:
    sent = body(BODY) if callable(body) else body
    answer = await shared.ask("POST", "/api/v1/alerts", None, data=sent, headers=headers)
    assert answer.status == status, answer.raw
    if status == 415:
        assert answer.headers["Accept-Encoding"] == "identity"
    if status == 201:
        assert (await shared.ask("DELETE", f"/api/v1/alerts/{answer.data['id']}")).status == 204


async def test_a_read_is_answered_in_json_whatever_is_accepted(shared: House) -> None:
    for accept in ("*/*", "text/html", "application/json;q=0", "garbage", ""):
        answer = await shared.ask("GET", "/api/v1/alerts/from-file", headers={"Accept": accept})
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")


async def test_halves_of_pairs_in_what_is_pushed_are_replaced_as_in_any_event(shared: House) -> None:
    """JSON may say them, UTF-8 may not."""
    graded = {
        "grading_id": "g",
        "session_id": "s",
        "skill_name": "\ud800",
        "graded_at": "2026-01-01T00:00:00Z",
    }
    body = {"workspace_id": "\udfff", "cli_version": "1", "pushed_at": "2026-01-01T00:00:00Z"}
    answer = await shared.ask("POST", "/v2/push", {**body, "data": {"grading_results": [graded]}})
    assert (answer.status, answer.body["accepted"]) == (200, {"grading_results": 1})
