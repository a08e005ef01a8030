"""What every channel owes, whatever it speaks to: the meaning of statuses, no secret in any error, one message."""

from __future__ import annotations

import datetime as dt
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

STATUSES = [
    (400, Failure.REJECTED, True),
    (401, Failure.UNAUTHORIZED, True),
    (403, Failure.UNAUTHORIZED, True),
    (404, Failure.NOT_FOUND, True),
    (408, Failure.SERVER, False),
    (409, Failure.REFUSED, True),
    (410, Failure.NOT_FOUND, True),
    (413, Failure.REJECTED, True),
    (422, Failure.REJECTED, True),
    (425, Failure.THROTTLED, False),
    (429, Failure.THROTTLED, False),
    (500, Failure.SERVER, False),
    (502, Failure.SERVER, False),
    (503, Failure.SERVER, False),
]


def test_every_registered_channel_is_in_the_contract() -> None:
    assert sorted(channels()) == sorted([*HTTP_CHANNELS, "apprise", "email"])


@each_channel
@pytest.mark.parametrize("status", [200, 202])
async def test_success_is_one_message(kind: str, status: int) -> None:
    async with serving() as provider, client() as http:
        provider.otherwise.status = status
        channel = made(kind, **configs(provider.url)[kind])
        await send(channel, compose(occasion(), channel, "dlv_1"), http)
        assert len([one for one in provider.requests if one.method != "GET"]) == 1


@each_channel
@pytest.mark.parametrize(("status", "reason", "permanent"), STATUSES)
async def test_a_status_means_the_same_everywhere(
    kind: str,
    status: int,
    reason: Failure,
    permanent: bool,  # noqa: FBT001 - a column of the table
) -> None:
    async with serving() as provider, client() as http:
        config = configs(provider.url)[kind]
        channel = made(kind, **config)
        provider.otherwise = Answer(status, {"message": "no " + " ".join(sorted(secrets_of(channel)))})
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
        error = raised.value
        assert (error.reason, error.permanent, error.status) == (reason, permanent, status)
        assert error.detail.startswith(f"HTTP {status}: no <redacted>")
        assert "CANARY" not in str(error) + repr(error)
        assert len(provider.requests) == 1


@each_channel
async def test_retry_after_is_read(kind: str) -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(429, "slow down", {"Retry-After": "17"})
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.retry_after == dt.timedelta(seconds=17)


@each_channel
@pytest.mark.parametrize(
    ("manner", "reason"),
    [("hang", Failure.TIMEOUT), ("drip", Failure.TIMEOUT), ("reset", Failure.NETWORK)],
)
async def test_no_answer_is_tried_again(kind: str, manner: str, reason: Failure) -> None:
    async with serving() as provider, client(timeout=dt.timedelta(seconds=0.2)) as http:
        provider.otherwise = Answer(manner=manner)
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (reason, False)
        assert "CANARY" not in str(raised.value)
        assert len(provider.requests) == 1
        provider.release()


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
async def test_redirects_are_not_followed(kind: str) -> None:
    async with serving() as provider, client() as http:
        metadata = {"Location": "http://169.254.169.254/latest/meta-data/"}
        provider.otherwise = Answer(302, "moved", metadata)
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.detail == "HTTP 302: redirects are not followed"
        assert len(provider.requests) == 1


@each_channel
async def test_private_addresses_are_refused_unless_opened(kind: str) -> None:
    async with serving() as provider, client(allow_private=()) as http:
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.BLOCKED, True)
        assert (await probe(channel, http)).status == "unreachable"
        assert provider.requests == []


@pytest.mark.parametrize("kind", ["telegram", "incidentio"])
@pytest.mark.parametrize("body", ["<html>ok</html>", "[1]", "{", ""])
async def test_a_success_that_cannot_be_read_is_tried_again(kind: str, body: str) -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(200, body)
        channel = made(kind, **configs(provider.url)[kind])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.BAD_REPLY, False)


@pytest.mark.parametrize("kind", sorted({*HTTP_CHANNELS} - {"telegram", "incidentio"}))
@pytest.mark.parametrize("body", ["<html>ok</html>", "[1]", "{", ""])
async def test_others_take_any_2xx(kind: str, body: str) -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(200, body)
        channel = made(kind, **configs(provider.url)[kind])
        await send(channel, compose(occasion(), channel), http)
        assert len(provider.requests) == 1


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
