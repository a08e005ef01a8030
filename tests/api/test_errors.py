from __future__ import annotations

import gzip
import json

import pytest

from tests.api.house import ALERT, House
from tests.goldens import load, parametrize


@parametrize("api")
async def test_answers_are_as_in_the_golden(path, pytestconfig, house: House) -> None:
    case = load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    line, _, body = case["request"].partition("\n")
    method, url = line.split(" ")
    answer = await house.ask(method, url, body or None, headers={"X-Request-ID": "golden"})
    assert answer.headers["X-Request-ID"] == "golden"
    shown = [str(answer.status)]
    shown += [
        f"{name}: {answer.headers[name]}" for name in ("Allow", "Retry-After") if name in answer.headers
    ]
    shown.append(json.dumps(answer.body, indent=2, ensure_ascii=False))
    case.expect("answer", "\n".join(shown))


async def test_duplicate_keys_take_the_last(house: House) -> None:
    body = json.dumps({**ALERT, "channels": [house.hook()]})[:-1] + ', "name": "Last"}'
    assert (await house.ask("POST", "/api/v1/alerts", body)).data["name"] == "Last"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
)
async def test_whatever_it_is_called_json_is_json(house: House, content_type) -> None:
    body = json.dumps({**ALERT, "channels": [house.hook()]})
    answer = await house.ask("POST", "/alerts", body, headers={"Content-Type": content_type})
    assert answer.status == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"name": ' + "[" * 5000 + "]" * 5000 + "}", 400, "INVALID_JSON"),
        ('{"name": "' + "x" * 1_000_001 + '"}', 413, "PAYLOAD_TOO_LARGE"),
        (b'{"name": "\xff"}', 400, "INVALID_JSON"),
        ('{"name": "\\ud800"}', 400, "INVALID_JSON"),
    ],
)
async def test_bodies_that_want_to_hurt(house: House, body, status, code) -> None:
    answer = await house.ask("POST", "/api/v1/alerts", body)
    assert (answer.status, answer.error["code"]) == (status, code)


async def test_a_body_that_grows_beyond_its_limit_is_cut_off(house: House) -> None:
    async def endless():
        for _ in range(100):
            yield b"x" * 100_000

    answer = await house.ask("POST", "/api/v1/alerts", None, data=endless())
    assert answer.status == 413


async def test_compressed_definitions_are_not_accepted(house: House) -> None:
    answer = await house.ask("POST", "/alerts", gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.error["code"]) == (415, "UNSUPPORTED_ENCODING")


async def test_every_answer_has_an_id_and_only_sane_ones_are_repeated(house: House) -> None:
    for path in ("/", "/nowhere", "/api/v1/alerts"):
        own = await house.ask("GET", path)
        assert len(own.headers["X-Request-ID"]) == 32
        odd = await house.ask("GET", path, headers={"X-Request-ID": "a b<script>"})
        assert odd.headers["X-Request-ID"] != "a b<script>"
