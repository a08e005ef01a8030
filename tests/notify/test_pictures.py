"""Charts sent along: inside the request where the provider takes one, and never at the cost of the text."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_string, policy
from typing import Any

import pytest

from lynxalert.notify.chart import placeholder
from lynxalert.notify.message import Message
from lynxalert.notify.model import DeliveryError, Failure
from lynxalert.notify.multipart import form
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from tests.notify.occasions import configs, linked, made, occasion
from tests.notify.provider import Answer, Provider, Request, client, serving

PNG = placeholder()
BOT = {"bot_token": "xoxb-CANARY", "channel": "C1"}


def illustrated(channel: Any) -> Message:
    return replace(compose(linked(occasion()), channel, "dlv_1"), picture=PNG)


def to(kind: str, provider: Provider, **changes: Any) -> Any:
    config = configs(provider.url)[kind]
    if kind == "slack":
        config = {**BOT, "api_url": f"{provider.url}/api"}
    return made(kind, **{**config, **changes})


def parts(request: Request) -> dict[str, str]:
    """The fields of a multipart request, as the standard library reads them."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n"
    read = message_from_string(head + request.text, policy=policy.HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_content_type()
        for part in read.iter_parts()  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("telegram", [("sendMessage", None), ("sendPhoto", "photo")]),
        ("discord", [("?wait=true", "files[0]")]),
        ("pushover", [("messages.json", "attachment")]),
    ],
)
async def test_the_picture_goes_along(kind: str, sent: list[tuple[str, str | None]]) -> None:
    async with serving() as provider, client() as http:
        channel = to(kind, provider)
        assert channel.takes_pictures
        await send(channel, illustrated(channel), http)
        assert len(provider.requests) == len(sent)
        for request, (path, field) in zip(provider.requests, sent, strict=True):
            assert request.path.endswith(path)
            if field is not None:
                assert parts(request)[field] == "image/png"


async def test_a_bot_of_slack_uploads_into_the_thread() -> None:
    async with serving() as provider, client() as http:
        channel = to("slack", provider)
        provider.answers = [
            Answer(200, {"ok": True, "channel": "C1", "ts": "1.2"}),
            Answer(200, {"ok": True, "upload_url": f"{provider.url}/upload", "file_id": "F1"}),
            Answer(200, "OK - 1"),
            Answer(200, {"ok": True}),
        ]
        await send(channel, illustrated(channel), http)
        paths = [request.path for request in provider.requests]
        assert paths == [
            "/api/chat.postMessage", "/api/files.getUploadURLExternal", "/upload", "/api/files.completeUploadExternal",
        ]  # fmt: skip
        assert [block["type"] for block in provider.requests[0].json["blocks"]] == ["section", "actions"]
        assert provider.requests[1].text == f"filename=chart.png&length={len(PNG)}"
        assert "Authorization" not in provider.requests[2].headers
        assert provider.requests[3].json == {
            "files": [{"id": "F1", "title": "Chart"}], "channel_id": "C1", "thread_ts": "1.2",
        }  # fmt: skip


@pytest.mark.parametrize("kind", ["telegram", "slack"])
@pytest.mark.parametrize("status", [400, 403, 413, 429, 500])
async def test_a_picture_that_is_refused_afterwards_is_no_failure(kind: str, status: int) -> None:
    async with serving() as provider, client() as http:
        channel = to(kind, provider)
        provider.answers = [Answer(), Answer(status, {"ok": False, "error": "missing_scope"})]
        receipt = await send(channel, illustrated(channel), http)
        assert receipt.provider_id
        assert len(provider.requests) == 2


@pytest.mark.parametrize("kind", ["discord", "pushover"])
@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_picture_that_is_refused_with_its_text_is_left_out_at_once(kind: str, status: int) -> None:
    async with serving() as provider, client() as http:
        channel = to(kind, provider)
        provider.answers = [Answer(status, "no pictures here")]
        await send(channel, illustrated(channel), http)
        first, second = provider.requests
        assert "image/png" in first.text
        assert "image/png" not in second.text


@pytest.mark.parametrize("kind", ["msteams", "googlechat", "ntfy", "pagerduty"])
async def test_an_address_that_is_refused_is_left_out_at_once(kind: str) -> None:
    async with serving() as provider, client() as http:
        channel = to(kind, provider)
        provider.answers = [Answer(400, "no pictures here")]
        await send(channel, compose(linked(occasion()), channel, "dlv_1"), http)
        first, second = provider.requests
        assert "/go/chart/" in first.text
        assert "/go/chart/" not in second.text


async def test_slack_that_cannot_fetch_a_picture_gets_the_text() -> None:
    async with serving() as provider, client() as http:
        channel = made("slack", **configs(provider.url)["slack"])
        assert not channel.takes_pictures
        provider.answers = [Answer(400, "invalid_blocks"), Answer(200, "ok")]
        await send(channel, compose(linked(occasion()), channel, "dlv_1"), http)
        first, second = provider.requests
        assert [block["type"] for block in first.json["blocks"]] == ["section", "image", "actions"]
        assert [block["type"] for block in second.json["blocks"]] == ["section", "actions"]


async def test_other_refusals_are_told_as_ever() -> None:
    async with serving() as provider, client() as http:
        channel = to("discord", provider)
        provider.otherwise = Answer(503, "busy")
        with pytest.raises(DeliveryError) as raised:
            await send(channel, illustrated(channel), http)
        assert raised.value.reason is Failure.SERVER
        assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "kind", ["telegram", "discord", "pushover", "slack", "msteams", "googlechat", "ntfy", "pagerduty"]
)
async def test_charts_can_be_switched_off(kind: str) -> None:
    async with serving() as provider, client() as http:
        channel = to(kind, provider, chart=False)
        assert not channel.takes_pictures
        await send(channel, compose(linked(occasion()), channel, "dlv_1"), http)
        assert all("/go/chart/" not in request.text for request in provider.requests)


def test_pictures_are_never_stored_and_never_sent_after_a_refusal() -> None:
    message = illustrated(made("discord", webhook_url="https://discord.com/api/webhooks/1/x"))
    assert "picture" not in message.as_json()
    assert Message.from_json(message.as_json()) == replace(message, picture=None)
    assert (message.degrade().picture, message.degrade().chart) == (None, None)


def test_a_form_reads_back() -> None:
    headers, body = form({"a": "1", "b": "ü\r\nx"}, "photo", PNG)
    read = message_from_string(f"Content-Type: {headers['Content-Type']}\r\n\r\n", policy=policy.HTTP)
    boundary = str(read.get_boundary()).encode()
    assert body.count(b"--" + boundary) == 4
    assert body.endswith(b"--" + boundary + b"--\r\n")
    assert PNG in body
    assert "ü\r\nx".encode() in body
