"""What the API asks for: probes, test messages, and the check of an alert's templates before it is saved."""

from __future__ import annotations

import datetime as dt

from lynxalert.alerts.model import ChannelSpec, Kind
from lynxalert.lang import Code
from lynxalert.notify.model import Level
from lynxalert.notify.probe import probe, probe_all, send_test, send_tests
from lynxalert.notify.sample import sample, vet
from tests.notify.occasions import T, alert, configs
from tests.notify.provider import Answer, client, serving

BARE = ChannelSpec(type="webhook", name="vox")


async def test_probes_come_in_order() -> None:
    async with serving() as provider, client() as http:
        specs = [
            ChannelSpec(type=kind, name=kind, config=config) for kind, config in configs(provider.url).items()
        ]
        reports = await probe_all([*specs, BARE], http)
        levels = dict(zip([*configs(""), "bare"], [(one.level, one.status) for one in reports], strict=True))
        assert levels == {
            "alertmanager": (Level.HTTP, "reachable"),
            "aws_sns": (Level.TARGET, "reachable"),
            "discord": (Level.TARGET, "reachable"),
            "generic_http": (Level.TCP, "reachable"),
            "googlechat": (Level.TCP, "reachable"),
            "grafana_oncall": (Level.TCP, "reachable"),
            "incidentio": (Level.AUTH, "reachable"),
            "incidentio_alerts": (Level.TCP, "reachable"),
            "mattermost": (Level.HTTP, "reachable"),
            "msteams": (Level.TCP, "reachable"),
            "ntfy": (Level.AUTH, "reachable"),
            "opsgenie": (Level.AUTH, "reachable"),
            "pagerduty": (Level.TCP, "reachable"),
            "pushover": (Level.TARGET, "reachable"),
            "slack": (Level.TCP, "reachable"),
            "telegram": (Level.TARGET, "reachable"),
            "twilio_sms": (Level.AUTH, "reachable"),
            "webhook": (Level.TCP, "reachable"),
            "bare": (Level.NONE, "unknown"),
        }


async def test_a_known_key_without_the_right_to_read_is_reachable() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(403, {"message": "no right"})
        spec = ChannelSpec(type="opsgenie", name="o", config=configs(provider.url)["opsgenie"])
        assert (await probe(spec, http)).level is Level.AUTH


async def test_slack_tokens_are_probed() -> None:
    async with serving() as provider, client() as http:
        config = {"bot_token": "xoxb-1", "channel": "C1", "api_url": provider.url}
        spec = ChannelSpec(type="slack", name="s", config=config)
        assert (await probe(spec, http)).level is Level.AUTH
        provider.otherwise = Answer(200, {"ok": False, "error": "invalid_auth"})
        report = await probe(spec, http)
        assert (report.status, report.note) == ("unreachable", "HTTP 401: invalid_auth")


async def test_an_answer_of_the_wrong_shape_is_no_success() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(200, "{")
        spec = ChannelSpec(type="telegram", name="t", config=configs(provider.url)["telegram"])
        report = await probe(spec, http)
        assert (report.status, report.note) == ("unreachable", "HTTP 200: the answer is not a JSON object")


async def test_test_messages() -> None:
    async with serving() as provider, client() as http:
        chat = ChannelSpec(type="telegram", name="SRE Chat", config=configs(provider.url)["telegram"])
        pager = ChannelSpec(type="pagerduty", name="P1", config=configs(provider.url)["pagerduty"])
        off = ChannelSpec(type="telegram", name="off", enabled=False, config=chat.config)
        provider.answers = []
        outcomes = await send_tests(alert(chat, off, BARE, pager), {"errors": 247}, http)
        assert [(one.type, one.name, one.error) for one in outcomes] == [
            ("telegram", "SRE Chat", None),
            ("webhook", "vox", "the channel is not configured"),
            ("pagerduty", "P1", None),
        ]
        assert all(one.latency >= dt.timedelta(0) for one in outcomes)
        (text,) = [one.json["text"] for one in provider.requests if "text" in one.json]
        assert text.startswith("🟠 <b>[TEST] FIRING")
        assert "247" in text
        assert len(provider.requests) == 3  # one to the chat, a trigger and its resolve


async def test_a_refused_test_message_tells_the_remote_reason() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(403, {"status": "invalid", "message": "invalid routing_key"})
        spec = ChannelSpec(type="pagerduty", name="P1", config=configs(provider.url)["pagerduty"])
        outcome = await send_test(spec, alert(spec), None, http)
        assert outcome.error == "HTTP 403: invalid routing_key"


async def test_an_unreadable_answer_is_told_without_being_quoted() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(200, {"ok": True, "severities": ["CANARY"]})
        spec = ChannelSpec(type="incidentio", name="i", config=configs(provider.url)["incidentio"])
        outcome = await send_test(spec, alert(spec), None, http)
        assert outcome.error == "the answer could not be read (AttributeError)"


def test_samples_are_no_real_episode() -> None:
    told = sample(alert(), None, T, kind=Kind.RESOLVED)
    assert told.transition.episode.startswith("test-")
    assert told.rows == ({"sample": "value", "count": 42},)
    assert sample(alert(), {"a": 1}, T, test=True).rows == ({"a": 1},)


def test_vetting_names_the_template() -> None:
    hook = ChannelSpec(
        type="webhook", name="h", config={"url": "http://x/y", "body_template": '{"a": {{ result.msg }}}'}
    )
    chat = ChannelSpec(
        type="telegram",
        name="t",
        config={
            "bot_token": "1:x",
            "chat_id": 1,
            "message_template": "{{ nope }}",
            "resolved_template": "fine",
        },
    )
    definition = alert(hook, BARE, chat, templates={"message": "{{ result.mgs }}"})
    found = vet(definition, {"msg": "text"}, T)
    assert [(one.path, one.diagnostic.code, one.diagnostic.message) for one in found] == [
        (("templates", "message"), Code.LINT, "`mgs` is not there and stays empty"),
        (("channels", 0, "config", "body_template"), Code.BAD_TEMPLATE, "the body would not be valid JSON"),
        (("channels", 2, "config", "message_template"), Code.BAD_TEMPLATE, "unknown name `nope`"),
    ]
    assert found[0].source == "{{ result.mgs }}"


def test_vetting_without_a_row_says_nothing_of_fields() -> None:
    assert vet(alert(templates={"message": "{{ result.anything }} {{ rows[0].x }}"}), None, T) == ()
