"""What every channel owes, whatever it speaks to: no secret in any error, no address that is not open. Faults: `test_faults`."""

from __future__ import annotations

import logging

import pytest

from lynxalert.notify.channel import channels, destination, secrets_of
from lynxalert.notify.model import DeliveryError, Failure, Level
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.notify.occasions import configs, made, occasion
from tests.notify.provider import Answer, client, serving

HTTP_CHANNELS = sorted(set(configs("http://x")))
ASKING = [
    "alertmanager",
    "aws_sns",
    "discord",
    "incidentio",
    "mattermost",
    "ntfy",
    "opsgenie",
    "pushover",
    "telegram",
    "twilio_sms",
]
each_channel = pytest.mark.parametrize("kind", HTTP_CHANNELS)


def test_every_registered_channel_is_in_the_contract() -> None:
    assert sorted(channels()) == sorted([*HTTP_CHANNELS, "apprise", "email"])


@each_channel
async def test_a_refusal_that_quotes_secrets(kind: str) -> None:
    async with serving() as provider, client() as http:
        channel = made(kind, **configs(provider.url)[kind])
        provider.otherwise = Answer(403, {"message": "no " + " ".join(sorted(secrets_of(channel)))})
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
        assert raised.value.detail.startswith("HTTP 403: no <redacted>")
        assert "CANARY" not in str(raised.value) + repr(raised.value)


@each_channel
async def test_nobody_listens(kind: str) -> None:
    async with serving() as provider:
        config = configs(provider.url)[kind]
    async with client() as http:
        channel = made(kind, **config)
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.NETWORK, False)
        assert raised.value.detail.endswith("no connection (ECONNREFUSED)")
        assert "CANARY" not in str(raised.value)


@each_channel
async def test_private_addresses_are_refused_unless_opened(kind: str) -> None:
    async with serving() as provider, client(allow_private=()) as http:
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.BLOCKED, True)
        assert (await probe(channel, http)).status == "unreachable"
        assert provider.requests == []


@each_channel
async def test_nothing_shows_a_secret(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving() as provider, client() as http:
        channel = made(kind, **configs(provider.url)[kind])
        await send(channel, compose(occasion(), channel), http)
        report = await probe(channel, http)
        shown = f"{channel!r} {channel!s} {destination(channel)} {report!r} {caplog.text}"
        assert "CANARY-" not in shown


@each_channel
async def test_a_probe_notifies_nobody(kind: str) -> None:
    async with serving() as provider, client() as http:
        channel = made(kind, **configs(provider.url)[kind])
        report = await probe(channel, http)
        assert report.status == "reachable"
        assert report.level >= Level.TCP
        quiet = ("getMe", "getChat", "/users/validate.json")
        asks = [one for one in provider.requests if "Action=GetTopicAttributes" not in one.text]
        assert all(one.method == "GET" or one.path.endswith(quiet) for one in asks)


@pytest.mark.parametrize("kind", ASKING)
async def test_a_probe_never_calls_a_refused_key_reachable(kind: str) -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(401, {"description": "Unauthorized"})
        report = await probe(made(kind, **configs(provider.url)[kind]), http)
        assert (report.level, report.status, report.note) == (
            Level.HTTP,
            "unreachable",
            "HTTP 401: Unauthorized",
        )


@each_channel
async def test_a_probe_of_a_dead_host(kind: str) -> None:
    async with serving() as provider:
        config = configs(provider.url)[kind]
    async with client() as http:
        report = await probe(made(kind, **config), http)
        assert (report.level, report.status) == (Level.NONE, "unreachable")
        assert "CANARY" not in report.note


async def test_a_reply_is_read_only_so_far() -> None:
    async with serving() as provider, client(reply_limit=100) as http:
        provider.otherwise = Answer(500, "x" * 1_000_000)
        with pytest.raises(DeliveryError) as raised:
            await http.request("POST", f"{provider.url}/x", json={})
        assert raised.value.detail == "HTTP 500: " + "x" * 100
