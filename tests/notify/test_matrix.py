"""Every channel × every kind of message × hostile values, against a provider that refuses what the real one refuses."""

from __future__ import annotations

import asyncio
import json
import pathlib
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts.model import Kind
from lynxalert.notify.answers import Reply, encode
from lynxalert.notify.channel import Channel, channels
from lynxalert.notify.chart import placeholder
from lynxalert.notify.digest import Item, bundle, compose_digest
from lynxalert.notify.learned import Learned
from lynxalert.notify.message import Message
from lynxalert.notify.model import Delivery, Status, Target
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from lynxalert.notify.templates.checking import HOSTILE
from tests.fakes import FakeClock
from tests.goldens import load, parametrize
from tests.notify.occasions import MINUTE, T, alert, configs, linked, made, occasion
from tests.notify.provider import Provider, Request, client, serving
from tests.notify.rules import RULES, opened
from tests.notify.test_channel_goldens import written

VALUES = (
    HOSTILE,
    "<b><i><script>alert(1)</script><a href='http://evil.example'>x</a>" * 5,
    "_*[]()~`>#+-=|{}.!\\" * 40,
    "😀" * 3000,
    "\u202eevil \u05d0\u05d1\u05d2 \u2067x",
    "x" * 10_240,
    "\x00\x01\x1b[31m\x7f\ud800",
    "@everyone @here @all @channel <!channel> <!here> <@U123> <users/all> <@&1>",
    "```\n</pre></code>\n```` `` `",
    "a\r\nBcc: evil@example.com\r\n\r\nbody",
    "[x](http://evil.example) <http://evil.example|x> ![y](http://evil.example)",
    "}}{{7*7}}{% raw %}\"'\\",
)
KINDS = (*(kind.value for kind in Kind), "test", "digest")
each_channel = pytest.mark.parametrize("kind", sorted(RULES))


def told(kind: str, value: str, more: str = "web") -> Any:
    """A message of *kind* with *value* wherever a text of the outside can come to stand."""
    made = occasion(
        Kind.FIRED if kind == "test" else Kind(kind),
        alert=alert(
            name=f"Rate {value}"[:255],
            description=value,
            query=f"x={value}",
            labels={"team": value, "runbook": "https://runbooks.example.com/rate"},
        ),
        values={"service": more, f"field {value[:50]}": value, "errors": 3},
        labels={"service": more, f"by {value[:30]}": value},
        condition=f"errors (3) > 1 {value}",
        evidence=(value, value * 2),
        test=kind == "test",
        at=T + 5 * MINUTE,
    )
    return linked(made)


class Judge:
    """A client that asks the rules of a provider at once, without a network."""

    def __init__(self, kind: str) -> None:
        self.kind, self.clock, self.learned = kind, FakeClock(), Learned()

    def hiding(self, _: object) -> Judge:
        return self

    def no_word(self, answer: Reply) -> None:
        assert answer.text == "ok"

    async def request(
        self, method: str, url: Any, *, json: Any = None, body: bytes | None = None, **more: Any
    ) -> Reply:
        if "form" in more:
            body = urlencode(more["form"], errors="replace").encode()
        text = (encode(json) if json is not None else body or b"").decode()
        bearer = {"Authorization": f"Bearer {more['bearer'].value}"} if more.get("bearer") else {}
        path = getattr(url, "value", url).removeprefix("http://provider")
        answer = RULES[self.kind](Request(method, path, {**(more.get("headers") or {}), **bearer}, text))
        assert answer.status < 300, answer.body
        is_text = isinstance(answer.body, str)
        return Reply(answer.status, {}, answer.body if is_text else "", None if is_text else answer.body)


def said(what: str, value: str, channel: Channel, more: str = "web") -> Message:
    """The message of `told`, or the digest of two of them."""
    if what != "digest":
        return compose(told(what, value, more), channel, "dlv_1")
    target = Target(channel.kind, "a", "place")
    items = []
    for number, kind in enumerate((Kind.FIRED, Kind.RESOLVED)):
        one = compose(told(kind, value, more), channel, f"dlv_{number}")
        head = Delivery(
            id=one.delivery, alert_id="alt_1", key="{}", episode=f"e{number}", sequence=1, target=target,
            kind=kind, status=Status.QUEUED, created_at=T, due_at=T, message=one,
        )  # fmt: skip
        alert_name, labels = str(one.alert["name"]), dict(one.labels)
        items.append(
            Item(
                one.delivery, f"e{number}", 1, kind, "alt_1", alert_name, one.state, one.severity, one.title,
                labels, one.starts_at, one.ends_at, accepted=True,
            )
        )  # fmt: skip
    return compose_digest(bundle(items), head, "dlv_1", channel.markup, T)


def test_every_channel_has_its_rules() -> None:
    assert sorted(channels()) == sorted([*RULES, "apprise", "email"])


@each_channel
async def test_hostile_values_are_taken_and_make_nothing(kind: str) -> None:
    async with serving() as provider, client() as http:
        provider.rule = lambda request: RULES[kind](opened(request))
        channel = made(kind, **configs(provider.url)[kind])
        for number, value in enumerate(VALUES):
            for what in ("fired", KINDS[number % len(KINDS)]):
                message = said(what, value, channel)
                picture = placeholder() if channel.takes_pictures else None
                await send(channel, replace(message, picture=picture), http)
                await send(channel, message.degrade(), http)
        assert len(provider.requests) >= 2 * len(VALUES)


@each_channel
@given(st.text(st.characters(exclude_categories=()), max_size=300), st.sampled_from(KINDS))
def test_any_text_is_taken(kind: str, value: str, what: str) -> None:
    async def work() -> None:
        channel = made(kind, **configs("http://provider")[kind])
        message = said(what, value, channel, more=value)
        await send(channel, message, Judge(kind))  # type: ignore[arg-type]

    asyncio.run(work())


@parametrize("kinds")
async def test_kinds(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    """One golden a channel: what it sends for each kind of message, as one line of JSON."""
    case = load(path, rewrite=bool(pytestconfig.getoption("--golden-rewrite")))
    for what in KINDS:
        async with serving() as provider, client() as http:
            provider.rule = RULES[path.stem]
            channel = made(path.stem, **configs(provider.url)[path.stem])
            if what == "digest" and channel.stateful:
                continue
            message = said(what, "a <b> & *c*", channel)
            await send(channel, message, http)
            case.expect(what, "\n".join(shortly(provider)) or "(nothing)")


def shortly(provider: Provider) -> list[str]:
    lines = []
    for request in provider.requests:
        head, _, body = written(request, provider, set()).partition("\n\n")
        try:
            body = json.dumps(json.loads(body), ensure_ascii=False)
        except ValueError:
            body = body.replace("\n", " ")
        lines += [f"{head.splitlines()[0]} {body}"]
    return lines
