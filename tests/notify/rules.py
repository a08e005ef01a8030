"""What each provider accepts: a request → its real answer, success or refusal, by its published limits.

`injected` tells what a reader or the provider would take for markup, a mention or a link that no value may make.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.notify.provider import Answer, Request
from tests.notify.test_markup import read_html, read_markdown_v2

MEANT = ("https://alerts.example.com/", "https://runbooks.example.com/")  # where the links of the tests lead


def texts(value: Any) -> Iterator[str]:
    """Every text within *value*."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def form(request: Request) -> dict[str, str]:
    fields = parse_qs(request.text, keep_blank_values=True, strict_parsing=True)
    assert all(len(given) == 1 for given in fields.values())
    return {name: given[0] for name, given in fields.items()}


def opened(request: Request) -> Request:
    """A request that carries a picture as the one that carries its text alone; the picture must be there."""
    kind, _, boundary = request.headers.get("Content-Type", "").partition("; boundary=")
    if kind != "multipart/form-data":
        return request
    fields = {}
    *parts, end = request.text.split(f"--{boundary}")
    assert end == "--\r\n"
    for part in parts[1:]:
        head, _, body = part.removeprefix("\r\n").removesuffix("\r\n").partition("\r\n\r\n")
        name = re.search('name="([^"]+)"', head)
        assert name is not None
        if 'filename="chart.png"' in head:
            assert "PNG" in body[:8]
        else:
            fields[name[1]] = body
    text = fields.get("payload_json") or urlencode(fields)
    return Request(request.method, request.path, request.headers, text)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def instant(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)


def alertmanager(request: Request) -> Answer:
    (alert,) = request.json
    names = list(alert["labels"])
    if not names:
        return Answer(400, '"at least one label pair required"')
    if not all(re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) for name in names):
        return Answer(400, '"invalid label set: invalid name"')
    assert instant(alert["endsAt"]) >= instant(alert["startsAt"])
    assert all(isinstance(text, str) for text in texts(alert["labels"]))
    return Answer(200, "")


def aws_sns(request: Request) -> Answer:
    fields = form(request)
    if not fields["Message"].strip() or len(request.text) > 262_144:
        return Answer(
            400,
            "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>Message</Message></Error></ErrorResponse>",
        )
    if not re.fullmatch(r"[!-~][ -~]{0,98}[!-~]", fields["Subject"]):
        return Answer(
            400,
            "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>Subject</Message></Error></ErrorResponse>",
        )
    return Answer(
        200, "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
    )


def discord(request: Request) -> Answer:
    body = request.json
    assert body.get("embeds", []) in ([], [{"image": {"url": "attachment://chart.png"}}])
    assert body["allowed_mentions"] == {"parse": []}
    if not 1 <= len(body["content"]) <= 2000 or not 1 <= len(body["username"]) <= 80:
        return Answer(400, {"message": "Invalid Form Body", "code": 50035, "errors": {"content": {}}})
    return Answer(200, {"id": "1147", "content": body["content"]})


def googlechat(request: Request) -> Answer:
    body = request.json
    first, *below = body["cardsV2"][0]["card"]["sections"][0]["widgets"]
    text = first["textParagraph"]["text"]
    for image in [widget["image"] for widget in below if "image" in widget]:
        assert image["imageUrl"].startswith(MEANT)
    for button in [
        one for widget in below if "buttonList" in widget for one in widget["buttonList"]["buttons"]
    ]:
        assert button["text"]
        assert button["onClick"]["openLink"]["url"].startswith(MEANT)
    if units(text) > 4096 or len(request.text.encode()) > 32_000:
        return Answer(
            400, {"error": {"code": 400, "message": "Message is too long", "status": "INVALID_ARGUMENT"}}
        )
    assert set(re.findall(r"</?(\w+)", text)) <= {"b", "i", "a"}
    assert all(link.startswith(MEANT) for link in re.findall('href="([^"]*)"', text))
    assert "text" not in body
    return Answer(200, {"name": "spaces/S/messages/M", "thread": {"threadKey": body["thread"]["threadKey"]}})


def grafana_oncall(request: Request) -> Answer:
    assert request.json["state"] in ("alerting", "ok")
    return Answer(200, "Ok.")


def incidentio(request: Request) -> Answer:
    if request.method == "GET":
        return Answer(200, {"severities": [{"id": "sev-9", "name": "Major", "rank": 2}]})
    body = request.json
    if not body["idempotency_key"] or body["visibility"] not in ("public", "private") or not body["name"]:
        return Answer(
            422, {"type": "validation_error", "errors": [{"code": "is_required", "message": "name"}]}
        )
    assert body["mode"] in ("standard", "test")
    return Answer(200, {"incident": {"id": "inc-1", "reference": "INC-1"}})


def incidentio_alerts(request: Request) -> Answer:
    body = request.json
    assert body["title"]
    assert body["status"] in ("firing", "resolved")
    assert request.headers["Authorization"].startswith("Bearer ")
    return Answer(
        202,
        {
            "status": "success",
            "message": "Event accepted for processing",
            "deduplication_key": body["deduplication_key"],
        },
    )


def mattermost(request: Request) -> Answer:
    text = request.json["text"]
    if not 1 <= len(text) <= 16_383:
        return Answer(
            400, {"id": "api.context.invalid_body_param.app_error", "message": "too long", "status_code": 400}
        )
    assert not re.search(r"@[A-Za-z]", text), "somebody is mentioned"
    return Answer(200, "ok")


def msteams(request: Request) -> Answer:
    if len(request.text.encode()) > 28_000:
        return Answer(413, {"error": {"code": "RequestEntityTooLarge", "message": "too large"}})
    (attachment,) = request.json["attachments"]
    card = attachment["content"]
    images = [block for block in card["body"] if block["type"] == "Image"]
    assert len(images) <= 1
    assert all(image["url"].startswith(MEANT) for image in images)
    card["body"] = [block for block in card["body"] if block not in images]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert all(run["text"] for block in card["body"] for run in block["inlines"])
    assert all(action["url"].startswith(MEANT) for action in card["actions"])
    assert "entities" not in card["msteams"]
    return Answer(202, "")


def ntfy(request: Request) -> Answer:
    body = request.json
    if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", body["topic"]) or not 1 <= body["priority"] <= 5:
        return Answer(400, {"code": 40009, "http": 400, "error": "invalid topic"})
    assert body.get("attach", MEANT[0]).startswith(MEANT)
    actions = body.get("actions", [])
    assert len(actions) <= 3
    assert all(one["action"] == "view" and one["url"].startswith(MEANT) for one in actions)
    if not 1 <= len(body["message"].encode()) <= 4096:
        return Answer(413, {"code": 41301, "http": 413, "error": "message too large"})
    return Answer(200, {"id": "sPs71M8A2T", "time": 1771075500, "event": "message", "topic": body["topic"]})


def opsgenie(request: Request) -> Answer:
    body = request.json
    if request.path.endswith("close?identifierType=alias"):
        return Answer(202, {"result": "Request will be processed", "took": 0.1, "requestId": "r-2"})
    wrong = {
        name: "is too long"
        for name, most in (("message", 130), ("alias", 512), ("description", 15_000))
        if len(body[name]) > most
    }
    wrong |= {} if sum(map(len, texts(body["details"]))) <= 8000 else {"details": "is too long"}
    if wrong or not body["message"].strip():
        return Answer(
            422, {"message": "Request body is not processable. Please check the errors.", "errors": wrong}
        )
    assert all(isinstance(text, str) for text in body["details"].values())
    return Answer(202, {"result": "Request will be processed", "took": 0.3, "requestId": "r-1"})


def pagerduty(request: Request) -> Answer:
    body = request.json
    if len(request.text.encode()) > 512_000 or not 1 <= len(body["dedup_key"]) <= 255:
        return Answer(
            400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["size"]}
        )
    if body["event_action"] == "trigger":
        payload = body["payload"]
        if not 1 <= len(payload["summary"]) <= 1024 or not payload["source"]:
            return Answer(
                400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["summary"]}
            )
        assert all(one["src"].startswith(MEANT) and one["alt"] for one in body.get("images", []))
        assert all(one["href"].startswith(MEANT) and one["text"] for one in body["links"])
        assert payload["severity"] in ("critical", "error", "warning", "info")
    return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": body["dedup_key"]})


def pushover(request: Request) -> Answer:
    fields = form(request)
    if request.path.startswith("/1/receipts/cancel_by_tag/"):
        return Answer(200, {"canceled": 1, "status": 1, "request": "r"})
    limits = {"message": 1024, "title": 250, "url": 512, "url_title": 100}
    wrong = [f"{name} is too long" for name, most in limits.items() if len(fields.get(name, "")) > most]
    wrong += [] if fields["message"].strip() else ["message cannot be blank"]
    if fields["priority"] == "2" and not (int(fields["retry"]) >= 30 and int(fields["expire"]) <= 10_800):
        wrong += ["retry"]
    return (
        Answer(400, {"status": 0, "errors": wrong}) if wrong else Answer(200, {"status": 1, "request": "r"})
    )


def slack(request: Request) -> Answer:
    text = request.json["text"]
    if not text:
        return Answer(400, "no_text")
    assert units(text) <= 4000
    assert len(request.json.get("blocks", [])) <= 50
    for block in request.json.get("blocks", []):
        match block["type"]:
            case "section":
                assert 1 <= units(block["text"]["text"]) <= 3000
            case "actions":
                assert 1 <= len(block["elements"]) <= 25
                assert all(one["url"].startswith(MEANT) for one in block["elements"])
                assert all(1 <= len(one["text"]["text"]) <= 75 for one in block["elements"])
            case "image":
                assert block["image_url"].startswith(MEANT)
                assert block["alt_text"]
            case other:
                raise AssertionError(other)
    controls = re.findall(r"<([^>]*)>", text)
    assert all(one.startswith(MEANT) for one in controls), "a value made a mention or a link"
    return Answer(200, "ok")


def telegram(request: Request) -> Answer:
    if request.path.endswith("/sendPhoto"):
        assert form(request)["chat_id"] == "-100123"
        return Answer(200, {"ok": True, "result": {"message_id": 8}})
    body = request.json
    shown = {"HTML": read_html, "MarkdownV2": read_markdown_v2}.get(body.get("parse_mode"), str)(body["text"])
    if not 1 <= units(shown) <= 4096:
        return Answer(
            400, {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
        )
    for row in body.get("reply_markup", {}).get("inline_keyboard", []):
        assert all(one["text"] and one["url"].startswith(MEANT) for one in row)
    return Answer(200, {"ok": True, "result": {"message_id": 7, "chat": {"id": -100123}}})


def twilio_sms(request: Request) -> Answer:
    fields = form(request)
    if not 1 <= len(fields["Body"]) <= 1600:
        return Answer(
            400,
            {
                "code": 21617,
                "message": "The concatenated message body exceeds the 1600 character limit",
                "status": 400,
            },
        )
    assert ("From" in fields) != ("MessagingServiceSid" in fields)
    return Answer(201, {"sid": "SM01", "status": "queued"})


def hook(request: Request) -> Answer:
    """Whoever reads JSON."""
    assert json.loads(request.text)["version"] == "4"
    assert "\r" not in str(request.headers)
    return Answer(204, "")


RULES: dict[str, Callable[[Request], Answer]] = {
    rule.__name__: rule
    for rule in (
        alertmanager,
        aws_sns,
        discord,
        googlechat,
        grafana_oncall,
        incidentio,
        incidentio_alerts,
        mattermost,
        msteams,
        ntfy,
        opsgenie,
        pagerduty,
        pushover,
        slack,
        telegram,
        twilio_sms,
    )
} | {"webhook": hook, "generic_http": hook}
