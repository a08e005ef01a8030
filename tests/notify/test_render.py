"""What messages say: titles, default texts, templates and where they come from, severities, plain values."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from lynxalert.alerts.model import Cron, Kind, Match, Phase, Reason
from lynxalert.notify.facts import facts_of, plain, words
from lynxalert.notify.message import Message
from lynxalert.notify.render import compose, outlined, payload_markup, written
from lynxalert.state import codec
from tests.notify.occasions import LINK, MINUTE, T, alert, made, occasion

CHAT = {"bot_token": "1:x", "chat_id": 7}


@pytest.mark.parametrize(
    ("kind", "changes", "title"),
    [
        (Kind.FIRED, {}, "FIRING (error): High error rate"),
        (Kind.FIRED, {"labels": {"host": "a", "n": 1}}, "FIRING (error): High error rate — host=a, n=1"),
        (Kind.FIRED, {"tier": "critical"}, "FIRING (critical): High error rate"),
        (Kind.CHANGED, {"tier": "warning"}, "CHANGED (warning): High error rate"),
        (Kind.REPEATED, {}, "STILL FIRING (error): High error rate"),
        (Kind.RESOLVED, {}, "RESOLVED: High error rate"),
        (Kind.NO_DATA, {}, "NO DATA (error): High error rate"),
        (Kind.FLAPPING, {}, "FLAPPING (error): High error rate"),
        (Kind.FIRED, {"test": True}, "[TEST] FIRING (error): High error rate"),
        (Kind.FIRED, {"alert": alert(name="two\nlines\t\u202e")}, "FIRING (error): two lines �"),
    ],
)
def test_titles(kind: Kind, changes: dict[str, Any], title: str) -> None:
    message = compose(occasion(kind, **changes))
    assert message.title == title
    assert message.text.startswith(title)


@pytest.mark.parametrize(
    ("kind", "changes", "text"),
    [
        (Kind.RESOLVED, {"at": T + 65 * MINUTE, "values": None},
         "RESOLVED: High error rate\nLasted 1h5m: 2026-02-14 13:25:00–14:30:00 UTC"),
        (Kind.RESOLVED, {"at": T + 24 * 60 * MINUTE, "values": None},
         "RESOLVED: High error rate\nLasted 1d: 2026-02-14 13:25:00–2026-02-15 13:25:00 UTC"),
        (Kind.RESOLVED, {"values": None, "reason": Reason.DELETED},
         "RESOLVED: High error rate\nThe alert was deleted.\nLasted 0s: 2026-02-14 13:25:00–13:25:00 UTC"),
        (Kind.CHANGED, {"at": T + MINUTE, "tier": "critical", "values": {"n": 3.0}},
         ("CHANGED (critical): High error rate\nWindow: 2026-02-14 13:21:00–13:26:00 UTC\n"
         "Since 2026-02-14 13:25:00 UTC (1m)\nn: 3")),
        (Kind.RESOLVED, {"labels": {"host": "a"}, "values": {"host": "a", "errors": 247}},
         ("RESOLVED: High error rate — host=a\nLasted 0s: 2026-02-14 13:25:00–13:25:00 UTC\n"
         "When it last fired:\nerrors: 247")),
        (Kind.NO_DATA, {"labels": {"host": "a"}, "values": {"host": "a"}},
         ("NO DATA (error): High error rate — host=a\nNo events arrived to judge.\n"
         "Window: 2026-02-14 13:20:00–13:25:00 UTC")),
        (Kind.CHANGED, {"tier": "critical", "reason": Reason.TIER, "values": None},
         ("CHANGED (critical): High error rate\nNow critical.\n"
         "Window: 2026-02-14 13:20:00–13:25:00 UTC")),
        (Kind.CHANGED, {"tier": "critical", "tier_before": "warn", "reason": Reason.TIER, "values": None},
         ("CHANGED (critical): High error rate\nwarn -> critical\n"
         "Window: 2026-02-14 13:20:00–13:25:00 UTC")),
        (Kind.FLAPPING, {"values": None},
         ("FLAPPING (error): High error rate\nIt changes too often. What it settles on will be sent.\n"
         "Window: 2026-02-14 13:20:00–13:25:00 UTC")),
        (Kind.FIRED, {"late": True, "values": {"a": None}},
         ("FIRING (error): High error rate\nWindow: 2026-02-14 13:20:00–13:25:00 UTC\n"
         "Found late: the events arrived after their window had been judged.\na: –")),
    ],
)  # fmt: skip
def test_default_texts(kind: Kind, changes: dict[str, Any], text: str) -> None:
    shown = compose(occasion(kind, alert=alert(query=""), **changes)).text
    assert shown == text


def test_times_are_those_of_the_alert_s_zone() -> None:
    summer = T.replace(month=10, day=24, hour=22)
    told = occasion(
        Kind.RESOLVED,
        alert=alert(timezone="Europe/Berlin"),
        started=summer,
        at=summer + dt.timedelta(hours=4),
    )
    assert "Lasted 4h: 2026-10-25 00:25:00 CEST–03:25:00 CET" in compose(told).text


def test_the_message_survives_json() -> None:
    told = occasion(
        values={"when": T, "big": 2**70, "inf": float("inf"), "list": ["a"]}, links=(LINK,), evidence=["x"]
    )
    message = compose(told, made("telegram", **CHAT), "dlv_1")
    again = Message.from_json(json.loads(json.dumps(message.as_json())))
    assert again == message
    assert again.result == {"when": "2026-02-14T13:25:00Z", "big": 2**70, "inf": None, "list": ["a"]}


def test_templates_of_a_channel_go_before_the_alert_s() -> None:
    channel = made("telegram", **CHAT, message_template="<b>own {{ transition.kind }}</b>")
    shared = alert(
        templates={"message": "shared <{{ transition.kind }}>", "resolved": "over <{{ alert.name }}>"}
    )
    assert compose(occasion(alert=shared), channel).rich == "<b>own fired</b>"
    assert compose(occasion(Kind.RESOLVED, alert=shared), channel).rich == "<b>own resolved</b>"
    bare = made("telegram", **CHAT)
    message = compose(occasion(Kind.RESOLVED, alert=shared), bare)
    assert (message.rich, message.text) == ("over &lt;High error rate&gt;", "over <High error rate>")
    hook = compose(occasion(alert=shared), made("webhook", url="http://x/y"))
    assert (hook.rich, hook.text) == (None, "shared <fired>")
    both = made("slack", webhook_url="http://x/y", message_template="a", resolved_template="b")
    assert compose(occasion(Kind.RESOLVED), both).rich == "b"


def test_tests_are_marked_in_every_markup() -> None:
    channel = made("telegram", **CHAT, message_template="{{ alert.name }}", parse_mode="MarkdownV2")
    assert compose(occasion(test=True), channel).rich == "\\[TEST\\] High error rate"


def test_a_template_that_says_nothing_says_the_default() -> None:
    channel = made("telegram", **CHAT, message_template="{% if false %}{% endif %} ")
    assert compose(occasion(), channel).rich.startswith("🟠 <b>FIRING")  # type: ignore[union-attr]


def test_a_failing_template_sends_the_default_with_the_mistake() -> None:
    channel = made("telegram", **CHAT, message_template="{{ result.errors + 'x' }}")
    message = compose(occasion(), channel)
    note = "The message template failed, this is the default text: line 1: `+` needs numbers on both sides"
    assert message.warnings == (note,)
    assert message.text.endswith(note)
    assert message.rich is not None
    assert message.rich.startswith("🟠 <b>FIRING")
    assert "failed" in message.rich


def test_a_shared_template_longer_than_a_channel_takes_is_cut() -> None:
    shared = alert(templates={"message": "{{ result.text }}"})
    channel = made("telegram", **CHAT)
    message = compose(occasion(alert=shared, values={"text": "<" * 4000}), channel)
    assert message.rich is not None
    assert message.rich.endswith("&lt;…")
    assert len(message.rich) <= 4096


def test_a_text_template_that_can_never_fit_gives_the_default() -> None:
    channel = made("discord", webhook_url="http://x/y", message_template="x" * 3000)
    assert compose(occasion(), channel).rich.startswith("🟠 **FIRING")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tier", "own", "severity"),
    [
        (None, "warning", "warning"),
        ("critical", "info", "critical"),
        ("crit", "info", "critical"),
        ("p1", "error", "error"),
    ],
)
def test_severity_is_the_tier_s_where_it_names_one(tier: str | None, own: str, severity: str) -> None:
    assert compose(occasion(alert=alert(severity=own), tier=tier)).severity == severity


@pytest.mark.parametrize(
    ("template", "headers", "name"),
    [
        ("{}", {}, "json"),
        (" [1]", {}, "json"),
        ("text", {}, "plain"),
        ("text", {"content-type": "application/json"}, "json"),
        ("{}", {"Content-Type": "text/plain"}, "plain"),
    ],
)
def test_body_markup(template: str, headers: dict[str, str], name: str) -> None:
    assert payload_markup(template, headers).name == name


def test_states_and_ends() -> None:
    end = compose(occasion(Kind.RESOLVED, at=T + MINUTE))
    assert (end.state, end.resolved, end.ends_at) == ("resolved", True, "2026-02-14T13:26:00Z")
    assert compose(occasion(Kind.NO_DATA)).state == "nodata"
    assert compose(occasion(Kind.FLAPPING)).state == "flapping"
    assert compose(occasion(Kind.CHANGED, phase=Phase.RECOVERING)).state == "firing"


def test_degraded_messages_are_plain_and_short() -> None:
    channel = made("telegram", **CHAT)
    message = compose(occasion(values={"text": "y" * 5000}, evidence=["z" * 500]), channel).degrade()
    assert (message.is_rich, message.payload, message.evidence, len(message.rows)) == (False, None, (), 1)
    assert len(message.body) == 1000
    assert message.body.endswith("…")
    short = compose(occasion(), channel).degrade()
    assert short.body == short.text


def test_cron_alerts_show_their_expression() -> None:
    facts = facts_of(occasion(alert=alert(schedule=Cron("*/5 * * * *"))))
    assert facts["alert"]["interval"] == "*/5 * * * *"


def test_rows_come_from_the_match_where_no_others_are_given() -> None:
    told = occasion()
    match = Match("{}", {}, {"a": 1}, rows=({"a": 1}, {"a": 2}))
    facts = facts_of(replace(told, transition=replace(told.transition, match=match)))
    assert facts["rows"] == [{"a": 1}, {"a": 2}]
    rowless = facts_of(replace(told, transition=replace(told.transition, match=None), rows=[{"b": 3}]))
    assert rowless["result"] == {"b": 3}


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "0s"), (45, "45s"), (3600, "1h"), (5400, "1h30m"), (90061, "1d1h1m1s"), (-5, "0s")],
)
def test_words(length: int, text: str) -> None:
    assert words(dt.timedelta(seconds=length)) == text


def test_plain_values() -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd\x00"

    assert plain([Odd(), {"a": (1, None)}, True]) == ["odd�", {"a": [1, None]}, True]
    assert len(plain("x" * 10_000)) == 4096


@pytest.mark.parametrize(
    ("channel", "shared", "title"),
    [
        (None, "{{ alert.name }}: {{ result.errors }}", "High error rate: 247"),
        ("own\n{{ result.errors }}", "shared", "own 247"),
        (None, "{{ result.nope }}", "FIRING (error): High error rate"),
        (None, "{{ 1 / 0 }}", "FIRING (error): High error rate"),
        (None, "x" * 500, "x" * 199 + "…"),
    ],
)
def test_titles_have_templates_too(channel: str | None, shared: str, title: str) -> None:
    config = {"topic": "t", **({"title_template": channel} if channel else {})}
    message = compose(occasion(alert=alert(templates={"title": shared})), made("ntfy", **config))
    assert message.title == title
    assert message.text.startswith(title[:100])
    assert message.rest.startswith("Window:")
    assert bool(message.warnings) == ("1 / 0" in shared)
    tested = compose(occasion(test=True, alert=alert(templates={"title": shared})), made("ntfy", **config))
    assert tested.title.startswith("[TEST] ")


@pytest.mark.parametrize("kind", [Kind.FIRED, Kind.RESOLVED, Kind.NO_DATA])
def test_texts_written_later_are_those_written_at_once(kind: Kind) -> None:
    """The outline is stored as JSON in between."""
    shared = alert(
        templates={
            "title": "{{ alert.name }}!{{ 1/0 }}",
            "message": "{{ result }} {{ episode.duration }} {{ transition.condition }}",
        }
    )
    told = occasion(kind, alert=shared, evidence=["one", "two"], rows=[{"errors": 1}, {"errors": 2}])
    for channel in (
        None,
        made("telegram", **CHAT),
        made("webhook", url="http://x/y", body_template="{{ rows }}"),
    ):
        stored = Message.from_json(codec.loads(codec.dumps(outlined(told, channel, "dlv_1").as_json())))
        assert stored.text == stored.title
        assert written(stored, channel) == compose(told, channel, "dlv_1")
        assert written(compose(told, channel, "dlv_1"), None) == compose(told, channel, "dlv_1")
