"""Apprise, the real library, against a provider on loopback: what is sent, refused and told."""

from __future__ import annotations

import sys

import pytest

from lynxalert.alerts.model import Kind
from lynxalert.notify.configure import configure, mask
from lynxalert.notify.model import DeliveryError, Failure
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.notify.occasions import made, occasion
from tests.notify.provider import Answer, client, serving


@pytest.mark.parametrize(
    ("kind", "title", "mood"),
    [
        (Kind.FIRED, "FIRING (error): High error rate", "failure"),
        (Kind.RESOLVED, "RESOLVED: High error rate", "success"),
    ],
)
async def test_a_message(kind: Kind, title: str, mood: str) -> None:
    async with serving() as provider, client() as http:
        channel = made("apprise", url=f"json://127.0.0.1:{provider.port}/CANARY-path")
        await send(channel, compose(occasion(kind, values={"msg": "<b>&", "errors": 3}), channel), http)
        (request,) = provider.requests
        assert request.path == "/CANARY-path"
        assert (request.json["title"], request.json["type"]) == (title, mood)
        assert "msg: <b>&" in request.json["message"]
        assert not request.json["message"].startswith(title)


async def test_a_refusal_is_tried_again_and_tells_no_secret() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(401, "no CANARY-path")
        channel = made("apprise", url=f"json://127.0.0.1:{provider.port}/CANARY-path")
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.SERVER, False)
        assert raised.value.detail == "Apprise could not deliver to JSON"
        assert "CANARY" not in f"{channel!r} {mask('apprise', {'url': 'json://h/CANARY-path'})}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
async def test_private_addresses_are_refused_whatever_their_spelling(host: str) -> None:
    async with serving() as provider, client(allow_private=()) as http:
        channel, _ = configure("apprise", {"url": f"json://{host}:{provider.port}/x"}, ("channels", 0))
        if channel is None:
            return
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.reason in (Failure.BLOCKED, Failure.SERVER)
        assert provider.requests == []


async def test_a_redirect_to_metadata_is_refused() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(307, "moved", {"Location": "http://169.254.169.254/latest/meta-data/"})
        channel = made("apprise", url=f"json://127.0.0.1:{provider.port}/x?redirect=yes")
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.BLOCKED, True)
        assert len(provider.requests) == 1


async def test_nothing_can_be_asked() -> None:
    async with client() as http:
        assert (await probe(made("apprise", url="json://127.0.0.1:1/x"), http)).status == "unknown"


def test_an_address_nobody_knows() -> None:
    _, problems = configure("apprise", {"url": "nope://x"}, ("channels", 0))
    assert [one.message for one in problems] == [
        "channels[0].config.url must be an address that Apprise knows, such as `tgram://…`"
    ]


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)  # what an import finds where it is not installed
    _, problems = configure("apprise", {"url": "json://x"}, ("channels", 0))
    assert [one.message for one in problems] == [
        "channels[0].config.url needs a package that is not installed: pip install 'lynxalert[apprise]'"
    ]


@pytest.mark.parametrize(
    ("kind", "theirs", "ours", "shared"),
    [
        (
            "mattermost",
            "mmost://ops@127.0.0.1:{port}/key?channel=town",
            {"webhook_url": "http://127.0.0.1:{port}/hooks/key", "channel": "town", "username": "ops"},
            {"text": str, "channel": str, "username": str},
        ),
        (
            "ntfy",
            "ntfy://127.0.0.1:{port}/topic?mode=private",
            {"server": "http://127.0.0.1:{port}", "topic": "topic"},
            {"topic": str, "title": str, "message": str},
        ),
    ],
)
async def test_our_requests_are_those_of_apprise(
    kind: str, theirs: str, ours: dict[str, str], shared: dict[str, type]
) -> None:
    async with serving() as provider, client() as http:
        known = made("apprise", url=theirs.format(port=provider.port))
        own = made(kind, **{name: text.format(port=provider.port) for name, text in ours.items()})
        for channel in (known, own):
            await send(channel, compose(occasion(), channel), http)
        oracle, mine = provider.requests
        assert (mine.method, mine.path.rstrip("/")) == (oracle.method, oracle.path.rstrip("/"))
        assert mine.headers["Content-Type"] == oracle.headers["Content-Type"] == "application/json"
        for name, wanted in shared.items():
            assert isinstance(mine.json[name], wanted)
            assert isinstance(oracle.json[name], wanted)
        same = [name for name in ("channel", "username", "topic") if name in shared]
        assert [mine.json[name] for name in same] == [oracle.json[name] for name in same]
