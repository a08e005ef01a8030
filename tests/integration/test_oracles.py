"""Other senders of alerts tell the same provider on loopback; what they send is what ours is compared with.

make integration CLIENT=oracle                               # run them
make integration CLIENT=oracle CAPTURE=tests/notify/captured # and keep what they send, for `make test`
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from lynxalert.alerts.model import Kind
from lynxalert.clock import SystemClock
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.acceptance.daemon import free_port
from tests.integration.install import Deb, NotInstalled, Pip
from tests.notify.occasions import made, occasion
from tests.notify.provider import Answer, Provider, Request, client, serving

HERE = pathlib.Path(__file__).parent / "oracles"
SDKS = {
    "pagerduty": "pdpyras==5.4.1",
    "opsgenie": "opsgenie-sdk==2.1.5",
    "slack": "slack_sdk==3.47.0",
    "telegram": "python-telegram-bot==22.8",
    "discord": "discord.py==2.7.1 requests==2.34.2",
}
KEPT = ("authorization", "content-type")

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def answer(request: Request) -> Answer:
    """What satisfies the client that asks."""
    path = request.path
    if path.startswith("/services/"):
        return Answer(200, "ok")
    if path.startswith("/bot"):
        chat = {"id": -100123, "type": "supergroup", "accent_color_id": 0, "max_reaction_count": 1}
        chat["accepted_gift_types"] = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        user = {"id": 1, "is_bot": True, "first_name": "x", "username": "x_bot"}
        results = {"getMe": user, "getChat": chat, "sendMessage": {"message_id": 7, "date": 0, "chat": chat}}
        return Answer(200, {"ok": True, "result": results[path.partition("?")[0].rpartition("/")[2]]})
    if path.startswith("/v2/"):
        done = {"status": "success", "message": "Event processed", "dedup_key": "e" * 24}
        return Answer(202, {**done, "result": "Request will be processed", "took": 0.1, "requestId": "r-1"})
    if path.startswith("/api/webhooks"):
        return Answer(204, "")
    return Answer(200, {"ok": True, "ts": "1.2", "channel": "C0123"})


def keep(name: str, provider: Provider) -> None:
    """What came, one request a line, where the environment asks for it."""
    folder = os.environ.get("CAPTURE")
    lines = [
        json.dumps(
            {
                "method": one.method,
                "path": one.path,
                "headers": {each: text for each, text in sorted(one.headers.items()) if each.lower() in KEPT},
                "body": one.text.replace(provider.url, "http://provider"),
            },
            ensure_ascii=False,
        )
        for one in provider.requests
    ]
    if folder:
        pathlib.Path(folder, f"{name}.jsonl").write_text(
            "".join(f"{line}\n" for line in lines), encoding="utf-8"
        )


@pytest.mark.parametrize("name", SDKS, ids=lambda name: f"oracle-{name}")
async def test_a_client_of_the_vendor(name: str) -> None:
    try:
        root = await asyncio.to_thread(Pip(tuple(SDKS[name].split())).folder)
    except NotInstalled as reason:
        pytest.skip(f"{name}: {reason}")
    async with serving() as provider:
        provider.rule = answer
        process = await asyncio.create_subprocess_exec(
            str(root / "bin" / "python"),
            str(HERE / "sdks.py"),
            env={**os.environ, "BASE": provider.url, "NAME": name},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()[-3000:]
        assert provider.requests
        keep(name, provider)


@contextlib.asynccontextmanager
async def alertmanager(base: str, work: pathlib.Path) -> AsyncIterator[str]:
    """The address of an Alertmanager that tells *base*."""
    try:
        root = await asyncio.to_thread(Deb(("prometheus-alertmanager",)).folder)
    except NotInstalled as reason:
        pytest.skip(f"alertmanager: {reason}")
    port = free_port()
    settings = {"BASE": base, "WORK": str(work), "ROOT": str(root), "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        str(HERE / "alertmanager.sh"), env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        while b"Listening" not in (line := await process.stderr.readline()):
            if not line:
                pytest.skip("alertmanager: it does not start here")
        draining = asyncio.ensure_future(process.stderr.read())
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await draining


async def arrived(provider: Provider, number: int) -> None:
    while len(provider.requests) < number:
        provider.arrived.clear()
        await asyncio.wait_for(provider.arrived.wait(), 15)


@pytest.mark.parametrize("name", ["oracle-alertmanager"])
async def test_alertmanager_as_sender_and_as_sink(name: str, tmp_path: pathlib.Path) -> None:
    """Our own channel tells Alertmanager, which tells the provider through its six receivers: fired, then resolved."""
    async with serving() as provider, client() as http, alertmanager(provider.url, tmp_path) as url:
        provider.rule = answer
        now = SystemClock().now().replace(microsecond=0)
        channel = made("alertmanager", url=url)
        fired = occasion(values={"errors": 247}, labels={"service": "web"}, at=now, started=now)
        await send(channel, compose(fired, channel), http)
        await arrived(provider, 6)
        assert (await probe(channel, http)).status == "reachable"
        async with aiohttp.ClientSession() as session, session.get(f"{url}/api/v2/alerts") as reply:
            (held,) = await reply.json()
        assert held["labels"] == {"alertname": "High error rate", "service": "web", "severity": "error"}
        assert held["status"]["state"] == "active"
        ended = occasion(Kind.RESOLVED, values={"errors": 0}, labels={"service": "web"}, at=now, started=now)
        await send(channel, compose(ended, channel), http)
        await arrived(provider, 12)
        keep(name.removeprefix("oracle-"), provider)
