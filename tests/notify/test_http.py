"""The HTTP client and what stands around it: provider dialects, remote reasons, signatures, dialling."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any

import pytest

from lynxalert.notify.answers import Reply, encode, remote_reason
from lynxalert.notify.channels.webhook import Webhook
from lynxalert.notify.dial import connect, open_socket, reach
from lynxalert.notify.fields import Headers, Secret, Url
from lynxalert.notify.hooks import signature
from lynxalert.notify.http import origin
from lynxalert.notify.model import DeliveryError, Failure, Level
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from tests.notify.occasions import made, occasion
from tests.notify.provider import SUCCESS, Answer, client, outbound, serving


@pytest.mark.parametrize(
    ("body", "text", "reason"),
    [
        ({"ok": False, "error_code": 400, "description": "chat not found"}, "", "chat not found"),
        ({"ok": False, "error": "channel_not_found"}, "", "channel_not_found"),
        ({"error": {"code": 7, "message": "inner"}}, "", "inner"),
        ({"status": "invalid event", "message": "Event object is invalid", "errors": ["routing_key too short"]}, "", "routing_key too short"),
        ({"message": "Request body is not processable", "errors": {"message": "may not be empty"}}, "", "message: may not be empty"),
        ({"type": "validation_error", "errors": [{"code": "x", "message": "name is required"}]}, "", "name is required"),
        ({"message": "Unknown Webhook", "code": 10015}, "", "Unknown Webhook"),
        ({"detail": "nope"}, "", "nope"),
        ({"nothing": "known"}, '{"nothing": "known"}', ""),
        ({"errors": []}, "", ""),
        (["first", "second"], "", "first"),
        ([], "[]", "[]"),
        ("words", '"words"', "words"),
        (None, "no_service", "no_service"),
        (None, "<html>sign in</html>", ""),
    ],
)  # fmt: skip
def test_remote_reasons(body: Any, text: str, reason: str) -> None:
    assert remote_reason(body, text) == reason


@pytest.mark.parametrize(
    ("answer", "reason", "permanent", "detail"),
    [
        (Answer(200, "no_text"), Failure.REJECTED, True, "HTTP 400: no_text"),
        (Answer(200, "no_service"), Failure.NOT_FOUND, True, "HTTP 404: no_service"),
        (Answer(200, "token_revoked"), Failure.UNAUTHORIZED, True, "HTTP 401: token_revoked"),
        (Answer(200, "rate_limited"), Failure.THROTTLED, False, "HTTP 429: rate_limited"),
        (Answer(200, {"ok": False, "error": "fatal_error"}), Failure.SERVER, False, "HTTP 500: fatal_error"),
    ],
)
@pytest.mark.parametrize("way", ["webhook_url", "bot_token"])
async def test_slack_says_no_with_a_200(
    answer: Answer,
    reason: Failure,
    permanent: bool,  # noqa: FBT001 - a column of the table
    detail: str,
    way: str,
) -> None:
    async with serving() as provider, client() as http:
        channel = made("slack", webhook_url=f"{provider.url}/x")
        if way == "bot_token":
            channel = made("slack", bot_token="xoxb-1", channel="C1", api_url=provider.url)
        provider.otherwise = answer
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        error = raised.value
        assert (error.reason, error.permanent, error.detail) == (reason, permanent, detail)


async def test_a_group_that_moved_is_followed_once() -> None:
    moved = {
        "ok": False,
        "error_code": 400,
        "description": "group upgraded",
        "parameters": {"migrate_to_chat_id": -1009},
    }
    async with serving() as provider, client() as http:
        channel = made("telegram", bot_token="1:x", chat_id=-5, api_url=provider.url)
        provider.answers = [Answer(400, moved)]
        receipt = await send(channel, compose(occasion(), channel), http)
        assert receipt.provider_id == "7"
        assert [one.json["chat_id"] for one in provider.requests] == ["-5", "-1009"]
        await send(channel, compose(occasion(), channel), http)
        assert provider.requests[-1].json["chat_id"] == "-1009"  # asked once
        provider.answers = [Answer(400, moved)]
        with pytest.raises(DeliveryError):
            await send(channel, compose(occasion(), channel), http)
        assert len(provider.requests) == 4


async def test_a_severity_is_asked_once_and_again_after_a_refusal() -> None:
    async with serving() as provider, client() as http:
        channel = made("incidentio", api_key="k", api_url=provider.url)
        message = compose(occasion(), channel)
        for told in (message, message, message.degrade()):
            await send(channel, told, http)
        asked = [one.path for one in provider.requests if one.method == "GET"]
        assert asked == ["/v1/severities", "/v1/severities"]
        assert all(one.json["severity_id"] == "sev-9" for one in provider.requests if one.method == "POST")


@pytest.mark.parametrize(
    ("kind", "config", "base"),
    [
        ("pagerduty", {"routing_key": "R"}, "https://events.pagerduty.com"),
        ("pagerduty", {"routing_key": "R", "region": "eu"}, "https://events.eu.pagerduty.com"),
        ("opsgenie", {"api_key": "K"}, "https://api.opsgenie.com"),
        ("opsgenie", {"api_key": "K", "region": "eu"}, "https://api.eu.opsgenie.com"),
        ("opsgenie", {"api_key": "K", "region": "jsm"}, "https://api.atlassian.com/jsm/ops/integration"),
        ("opsgenie", {"api_key": "K", "region": "eu", "api_url": "http://x/y/"}, "http://x/y"),
    ],
)
async def test_regions(kind: str, config: dict[str, Any], base: str) -> None:
    asked: list[str] = []

    class Atlas:
        """Notes where a request would go."""

        def hiding(self, _: Any) -> Any:
            return self

        async def request(self, method: str, url: str, **_: Any) -> Reply:
            asked.append(url)
            return Reply(202, {}, "{}", {})

    channel = made(kind, **config)
    await send(channel, compose(occasion(), channel), Atlas())  # type: ignore[arg-type]
    assert asked == [base + ("/v2/enqueue" if kind == "pagerduty" else "/v2/alerts")]


async def test_telegram_says_no_with_a_200() -> None:
    async with serving() as provider, client() as http:
        channel = made("telegram", bot_token="1:x", chat_id=-5, api_url=provider.url)
        body = {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 35}}
        provider.otherwise = Answer(200, body)
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.retry_after) == (
            Failure.THROTTLED,
            dt.timedelta(seconds=35),
        )
        provider.otherwise = Answer(200, {"ok": False})
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.reason is Failure.SERVER


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://hooks.slack.com/services/T00/B00/xxx", "slack"),
        ("https://hooks.slack-gov.com/services/T00/B00/xxx", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://discordapp.com/api/webhooks/1/x", "discord"),
        ("https://discord.com/elsewhere", None),
        ("https://evil-discord.com/api/webhooks/1/x", None),
        ("https://hooks.slack.com.evil.org/x", None),
    ],
)
def test_hooks_of_chats_are_recognised(url: str, kind: str | None) -> None:
    channel = made("webhook", url=url)
    assert isinstance(channel, Webhook)
    assert (channel.provider.kind if channel.provider else None) == kind
    assert channel.markup.name == (kind or "plain")


async def test_a_webhook_to_a_chat_gets_the_chat_s_body() -> None:
    class Elsewhere:
        """Slack's address, answered here."""

        def __init__(self, http: Any, url: str) -> None:
            self.http, self.url, self.clock = http, url, http.clock

        def hiding(self, _: Any) -> Any:
            return self

        async def request(self, method: str, _: Url, **more: Any) -> Reply:
            return await self.http.request(method, self.url, **more)

        def no_word(self, answer: Reply) -> None:
            self.http.no_word(answer)

    async with serving() as provider, client() as http:
        channel = made("webhook", url="https://hooks.slack.com/services/T00/B00/xxx")
        await send(channel, compose(occasion(), channel), Elsewhere(http, provider.url))  # type: ignore[arg-type]
        (request,) = provider.requests
        assert sorted(request.json) == ["blocks", "icon_emoji", "text", "username"]
        templated = made(
            "webhook", url="https://hooks.slack.com/x", body_template='{"text": "{{ alert.name }}"}'
        )
        await send(templated, compose(occasion(), templated), Elsewhere(http, provider.url))  # type: ignore[arg-type]
        assert provider.requests[-1].json == {"text": "High error rate"}


async def test_pagerduty_events_stay_within_their_size() -> None:
    async with serving() as provider, client() as http:
        channel = made("pagerduty", routing_key="R", api_url=provider.url)
        rows = [{f"field{column}": "x" * 4000 for column in range(3)} for _ in range(100)]
        await send(channel, compose(occasion(rows=rows), channel), http)
        details = provider.requests[0].json["payload"]["custom_details"]
        assert details["error"] == "the result was too large to send"
        assert len(provider.requests[0].text) < 512_000


def test_signatures_follow_standard_webhooks() -> None:
    secret = Secret("whsec_" + base64.b64encode(b"0" * 24).decode())
    signed = hmac.new(b"0" * 24, b'msg_1.1771075500.{"a":1}', hashlib.sha256).digest()
    assert signature(secret, "msg_1", "1771075500", b'{"a":1}') == "v1," + base64.b64encode(signed).decode()
    plain = hmac.new(b"word", b"m.1.x", hashlib.sha256).digest()
    assert signature(Secret("word"), "m", "1", b"x") == "v1," + base64.b64encode(plain).decode()
    odd = hmac.new(b"whsec_%%%", b"m.1.x", hashlib.sha256).digest()
    assert signature(Secret("whsec_%%%"), "m", "1", b"x") == "v1," + base64.b64encode(odd).decode()


def test_addresses_in_errors() -> None:
    assert origin("https://hooks.slack.com/services/T/B/x") == "https://hooks.slack.com/<redacted>"
    assert origin("https://example.com") == "https://example.com"
    assert origin("https://example.com:8443/?token=x") == "https://example.com:8443/<redacted>"


def test_nothing_secret_shows_itself() -> None:
    shown = f"{Secret('CANARY')!r} {Secret('CANARY')} {Url('http://x/CANARY')!r} {Headers({'X-Key': 'CANARYCANARY'})}"
    assert shown == "Secret(...) Secret(...) Url(http://x/...) Headers({'X-Key': 'CANA...'})"


def test_encoding_takes_anything() -> None:
    assert encode({"a": 2**80, "b": "é\ud800"}) == '{"a":1208925819614629174706176,"b":"é?"}'.encode()


async def test_names_that_do_not_resolve() -> None:
    async with client() as http:
        with pytest.raises(DeliveryError) as raised:
            await http.request("POST", "http://no-such-host.invalid/CANARY-path", json={})
        assert (
            raised.value.detail == "http://no-such-host.invalid/<redacted>: the host name cannot be resolved"
        )
        with pytest.raises(DeliveryError) as raised:
            await reach(Url("http://no-such-host.invalid/CANARY-path"), http)
        assert raised.value.detail == "no-such-host.invalid:80: the host name cannot be resolved"


@pytest.mark.parametrize(
    "url",
    [
        "http://0x7f.1:{port}/",
        "http://2130706433:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://localhost:{port}/",
        "http://127.0.0.1.:{port}/",
    ],
)
async def test_other_spellings_of_loopback_are_seen_through(url: str) -> None:
    async with serving() as provider, client(allow_private=()) as http:
        with pytest.raises(DeliveryError) as raised:
            await http.request("POST", url.format(port=provider.port), json={})
        assert raised.value.reason in (Failure.BLOCKED, Failure.NETWORK, Failure.UNCONFIGURED)
        assert provider.requests == []


async def test_metadata_is_never_dialled() -> None:
    async with client(allow_private=("0.0.0.0/0", "::/0")) as http:
        with pytest.raises(DeliveryError) as raised:
            await http.request("GET", "http://169.254.169.254/latest/meta-data/")
        assert (raised.value.reason, raised.value.permanent) == (Failure.BLOCKED, True)
        with pytest.raises(DeliveryError) as raised:
            await open_socket("169.254.169.254", 80, http.outbound)
        assert raised.value.reason is Failure.BLOCKED


async def test_https_to_a_server_without_tls() -> None:
    async with serving() as provider, client() as http:
        with pytest.raises(DeliveryError) as raised:
            await http.request("POST", f"https://127.0.0.1:{provider.port}/CANARY-x", json={})
        assert raised.value.reason is Failure.NETWORK
        assert "TLS" in raised.value.detail
        with pytest.raises(DeliveryError) as raised:
            await reach(Url(f"https://127.0.0.1:{provider.port}/CANARY-x"), http)
        assert raised.value.reason is Failure.NETWORK
        assert await connect("127.0.0.1", provider.port, outbound(), tls=False) is Level.TCP


async def test_a_success_carries_its_json() -> None:
    async with serving() as provider, client() as http:
        reply = await http.request("POST", f"{provider.url}/x", json={"a": 1}, bearer=Secret("t"))
        assert (reply.status, reply.object()) == (200, SUCCESS)
        assert provider.requests[0].headers["Authorization"] == "Bearer t"
        assert "CANARY" not in repr(reply)
