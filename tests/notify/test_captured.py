"""What we send beside what others send to the same providers: Alertmanager and the vendors' own clients, as captured.

`tests/integration/test_oracles.py` captures. Texts differ, of course: compared are method, path, scheme of
authentication, and the kind of every field that both send. What ours alone sends is listed here.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from lynxalert.alerts.model import Kind
from lynxalert.notify.channel import Channel
from lynxalert.notify.payload import default_body
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from tests.notify.occasions import LINK, made, occasion
from tests.notify.provider import Provider, client, serving

FOLDER = pathlib.Path(__file__).parent / "captured"
KEYS = re.compile("[0-9a-f]{64}|e{24}|http://127.0.0.1:[0-9]+")

# channel → (configuration, path of the requests that matter, fields that ours alone sends)
OURS: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "pagerduty": (
        {"routing_key": "R012ABCDEF", "component": "db", "group": "prod", "class": "latency"},
        "/v2/enqueue",
        {"client", "client_url", "payload.custom_details.*", "payload.timestamp", "payload.class", "payload.component",
         "payload.group", "links"},
    ),
    "opsgenie": ({"api_key": "genie-key-1", "responders": ["team:SRE"]}, "/v2/alerts", {"details.*", "responders", "priority", "tags"}),
    "telegram": (
        {"bot_token": "1234:AAAA", "chat_id": -100123, "message_thread_id": 77, "silent": True},
        "/bot1234:AAAA/sendMessage",
        {"link_preview_options", "link_preview_options.is_disabled", "message_thread_id", "disable_notification",
         "reply_markup"},
    ),
    "slack": ({"bot_token": "xoxb-1", "channel": "C0123"}, "/api/chat.postMessage", {"blocks"}),
    "slack_hook": ({}, "/services/T00/B00/x", {"username", "icon_emoji", "text", "blocks"}),
    "discord": ({}, "/api/webhooks/1/token", {"allowed_mentions", "allowed_mentions.parse", "username"}),
    "webhook": ({}, "/webhook", {"text", "title", "kind", "state", "severity", "episode", "delivery", "alert", "alert.*", "result", "rows",
                                 "evidence", "links", "chart", "timestamp", "test", "result.*", "members", "truncated",
                                 "commonLabels.severity", "commonLabels.service",
                                 "groupLabels.service"}),
}  # fmt: skip
PAIRS = [
    ("pagerduty", "pagerduty"),
    ("pagerduty", "alertmanager"),
    ("opsgenie", "opsgenie"),
    ("opsgenie", "alertmanager"),
    ("telegram", "telegram"),
    ("telegram", "alertmanager"),
    ("slack", "slack"),
    ("slack_hook", "slack"),
    ("slack_hook", "alertmanager"),
    ("discord", "discord"),
    ("discord", "alertmanager"),
    ("webhook", "alertmanager"),
]


def channel(kind: str, url: str) -> Channel:
    at = {
        "slack": {"api_url": f"{url}/api"},
        "slack_hook": {"webhook_url": f"{url}/services/T00/B00/x"},
        "discord": {"webhook_url": f"{url}/api/webhooks/1/token"},
        "webhook": {"url": f"{url}/webhook"},
    }
    return made(kind.removesuffix("_hook"), **OURS[kind][0], **at.get(kind, {"api_url": url}))


def body_of(text: str) -> dict[str, Any]:
    """The fields of a request, of JSON or of a form in which some hold JSON."""
    if text.startswith("{"):
        return dict(json.loads(text))
    return {
        name: json.loads(value) if value[:1] in "{t-0123456789" else value for name, value in parse_qsl(text)
    }


def kinds(value: Any, at: str = "") -> dict[str, str]:
    """Path of each field → its JSON kind; of lists the first element."""
    if isinstance(value, Mapping):
        inner = {
            path: kind for name, one in value.items() for path, kind in kinds(one, f"{at}.{name}").items()
        }
        return {**({at[1:]: "object"} if at else {}), **inner}
    if isinstance(value, list):
        return {at[1:]: "list", **(kinds(value[0], f"{at}.0") if value else {})}
    names = {str: "text", bool: "truth", int: "number", float: "number", type(None): "nothing"}
    return {at[1:]: names[type(value)]}


def alone(path: str, listed: set[str]) -> bool:
    parts = path.split(".")
    return path in listed or any(
        f"{'.'.join(parts[:n])}.*" in listed or ".".join(parts[:n]) in listed for n in range(1, len(parts))
    )


def scheme(headers: Mapping[str, str]) -> str | None:
    named = {name.lower(): text for name, text in headers.items()}
    return named["authorization"].split()[0] if "authorization" in named else None


async def sent(kind: str) -> Provider:
    async with serving() as provider, client() as http:
        for what in (Kind.FIRED, Kind.RESOLVED):
            to = channel(kind, provider.url)
            told = occasion(what, values={"errors": 247}, labels={"service": "web"}, links=(LINK,))
            await send(to, compose(told, to, "dlv_1"), http)
        return provider


@pytest.mark.parametrize(("kind", "oracle"), PAIRS)
async def test_ours_is_like_theirs(kind: str, oracle: str) -> None:
    _, path, ours_alone = OURS[kind]
    provider = await sent(kind)
    captured = [
        json.loads(line) for line in (FOLDER / f"{oracle}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    theirs = [one for one in captured if one["path"].partition("?")[0] == path]
    ours = [one for one in provider.requests if one.path.partition("?")[0] == path]
    assert theirs
    assert ours
    for one in ours:
        assert {one.method} == {other["method"] for other in theirs}
        assert {scheme(one.headers)} == {scheme(other["headers"]) for other in theirs}
    known = {field: kind for other in theirs for field, kind in kinds(body_of(other["body"])).items()}
    for field, what in kinds(body_of(ours[0].text)).items():
        assert field in known or alone(field, ours_alone), f"only ours sends {field}"
        # An id of a chat may be written as a text or as a number.
        assert known.get(field, what) == what or field == "chat_id", field


async def test_an_end_is_sent_to_the_same_place() -> None:
    """Opsgenie closes by alias, PagerDuty resolves by key: as Alertmanager and the vendors' clients do."""
    for kind in ("opsgenie", "pagerduty"):
        (*_, end) = (await sent(kind)).requests
        for oracle in (kind, "alertmanager"):
            lines = (FOLDER / f"{oracle}.jsonl").read_text(encoding="utf-8").splitlines()
            paths = {(one["method"], KEYS.sub("KEY", one["path"])) for one in map(json.loads, lines)}
            assert (end.method, KEYS.sub("KEY", end.path)) in paths
        if kind == "pagerduty":
            assert sorted(end.json) == ["dedup_key", "event_action", "routing_key"]


def test_alertmanager_s_own_webhook_is_one_of_ours() -> None:
    """Whoever reads theirs can read ours: no field of theirs is missing, and each has the same kind."""
    lines = (FOLDER / "alertmanager.jsonl").read_text(encoding="utf-8").splitlines()
    theirs = next(one for one in map(json.loads, lines) if one["path"] == "/webhook")
    told = compose(occasion(values={"errors": 247}, labels={"service": "web"}, links=(LINK,)), None, "dlv_1")
    ours = kinds(default_body(told))
    for field, kind in kinds(json.loads(theirs["body"])).items():
        assert ours.get(field) == kind, field
