"""Channel configuration: every mistake at once in the seed's words, masks, and what a PUT keeps."""

from __future__ import annotations

from typing import Any

import pytest

from lynxalert.alerts.model import ChannelSpec
from lynxalert.notify.channel import channels, destination, secrets_of, target
from lynxalert.notify.configure import configure, mask, merge
from tests.notify.occasions import TOKEN, alert, configs, made

EVERY = ", ".join(sorted(channels()))
PLACE = ("channels", 1)


def mistakes(kind: Any, config: Any) -> list[str]:
    made, problems = configure(kind, config, PLACE)
    assert (made is None) == bool(problems)
    return [f"{one.message} ({one.help})" if one.help else one.message for one in problems]


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("telegram", {"chat_id": 1}, ["channels[1].config.bot_token is required for type 'telegram'"]),
        (
            "telegram",
            None,
            [
                "channels[1].config.bot_token is required for type 'telegram'",
                "channels[1].config.chat_id is required for type 'telegram'",
            ],
        ),
        ("telegram", {"bot_token": "", "chat_id": None}, [
            "channels[1].config.bot_token is required for type 'telegram'",
            "channels[1].config.chat_id is required for type 'telegram'",
        ]),
        ("telegram", {"bot_token": "1:x", "chat_id": 1.5}, ["channels[1].config.chat_id must be text or a whole number"]),
        ("telegram", {"bot_token": "1:x", "chat_id": True}, ["channels[1].config.chat_id must be text or a whole number"]),
        ("telegram", {"bot_token": 7, "chat_id": 1}, ["channels[1].config.bot_token must be text"]),
        ("telegram", {"bot_token": "a\nb", "chat_id": 1}, ["channels[1].config.bot_token must be text without control characters"]),
        (
            "telegram",
            {"bot_token": "1:x", "chat_id": 1, "parse_mode": "Markdown", "message_thread_id": "7"},
            [
                "channels[1].config.parse_mode must be one of HTML, MarkdownV2",
                "channels[1].config.message_thread_id must be a whole number",
            ],
        ),
        (
            "telegram",
            {"bot_token": "1:x", "chat_id": 1, "chatid": 2},
            ["channels[1].config.chatid is not known for type 'telegram' (did you mean `chat_id`?)"],
        ),
        (
            "pagerduty",
            {"routing_key": "R", "severity": "bad"},
            ["channels[1].config.severity must be one of critical, error, warning, info"],
        ),
        ("opsgenie", {"api_key": "k", "priority": "P9"}, ["channels[1].config.priority must be one of P1, P2, P3, P4, P5"]),
        ("opsgenie", {"api_key": "k", "tags": [1]}, ["channels[1].config.tags must be a list of texts"]),
        ("incidentio", {"api_key": "k", "severity": "x", "mode": "y"}, [
            "channels[1].config.severity must be one of minor, major, critical",
            "channels[1].config.mode must be one of real, test",
        ]),
        ("webhook", {"url": "http://x", "method": "PATCH"}, ["channels[1].config.method must be one of POST, PUT"]),
        ("webhook", {}, ["channels[1].config.url is required for type 'webhook'"]),
        ("webhook", {"url": "ftp://x"}, ["channels[1].config.url must be an absolute URL with http or https"]),
        ("webhook", {"url": "/hook"}, ["channels[1].config.url must be an absolute URL with http or https"]),
        ("webhook", {"url": "http://[::1"}, ["channels[1].config.url must be an absolute URL with http or https"]),
        ("webhook", {"url": "http://a b\r\n"}, ["channels[1].config.url must be an absolute URL with http or https"]),
        ("webhook", {"url": "http://u:p@x/"}, ["channels[1].config.url must be a URL without user and password"]),
        *(
            ("webhook", {"url": url}, ["channels[1].config.url must be a URL whose host is a name, or an address as it is usually written"])
            for url in ("http://exa mple/", "http://a..b/", f"http://{'a' * 64}.com", "http://127.1/", "http://0x7f.1/", "http://1.1.1.1./")
        ),
        *(("webhook", {"url": url}, []) for url in ("http://[::1]:80/", "http://a_b.c.:8/", "https://\u4f8b\u3048.jp/x", "http://10.0.0.1/")),
        ("webhook", {"url": "http://xn--/"}, ["channels[1].config.url must be an absolute URL with http or https"]),
        ("webhook", {"url": "http://x", "headers": []}, []),
        ("webhook", {"url": "http://x", "headers": "a"}, ["channels[1].config.headers must be an object of texts"]),
        ("webhook", {"url": "http://x", "headers": {"Host": "y"}}, [
            "channels[1].config.headers must be an object of headers, and `'Host'` is none that can be set"
        ]),
        ("webhook", {"url": "http://x", "headers": {"X-A": "a\r\nb"}}, [
            "channels[1].config.headers must be an object of headers; the value of `X-A` must be plain ASCII on one line"
        ]),
        ("generic_http", {"url": "http://x"}, ["channels[1].config.method is required for type 'generic_http'"]),
        ("slack", {}, ["channels[1].config.webhook_url is required for type 'slack'"]),
        ("slack", {"bot_token": "xoxb-1"}, ["channels[1].config.channel is required for type 'slack' with a bot_token"]),
        ("email", {"to": "a@b.c"}, ["channels[1].config.from is required for type 'email'"]),
        ("email", {"to": ["a"], "from": "b"}, [
            "channels[1].config.to must be e-mail addresses",
            "channels[1].config.from must be an e-mail address",
        ]),
        ("email", {"to": ["a@b.c"], "from": "x@y.z", "smtp_port": "25"}, ["channels[1].config.smtp_port must be a whole number"]),
        (
            "email",
            {"to": ["a@b.c"], "from": "x@y.z", "smtp_host": "mx.y.z", "username": "u", "password": "p", "tls": "none"},
            ["channels[1].config.tls must not be `none` with a password, unless the relay is this machine"],
        ),
        ("x", {}, [
            f"channels[1].type 'x' is not supported (one of {EVERY})"
        ]),
        ("telegrm", {}, ["channels[1].type 'telegrm' is not supported (did you mean `telegram`?)"]),
        (7, {}, [
            f"channels[1].type '7' is not supported (one of {EVERY})"
        ]),
        (None, {}, ["channels[1].type is required"]),
        ("webhook", [], ["channels[1].config must be an object"]),
    ],
)  # fmt: skip
def test_every_mistake_at_once(kind: Any, config: Any, expected: list[str]) -> None:
    assert mistakes(kind, config) == expected


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("telegram", {"bot_token": "TOKEN", "chat_id": "CHANNEL"}),
        ("telegram", {"bot_token": TOKEN, "chat_id": -1001234567890, "parse_mode": "MarkdownV2"}),
        ("pagerduty", {"routing_key": "R012ABCDEF...", "severity": "critical"}),
        ("slack", {"webhook_url": "https://hooks.slack.com/services/T00/B00/yyy", "channel": "#db-alerts",
                   "username": "LynxDB", "icon_emoji": ":rotating_light:"}),
        ("incidentio", {"api_key": "inc_live_xxxx", "severity": "major", "mode": "real"}),
        ("email", {"to": ["oncall@company.com"], "from": "LynxAlert <lynx@company.com>"}),
        ("email", {"to": "a@b.c, d@e.f", "from": "x@y.z"}),
        ("opsgenie", {"api_key": "k", "tags": "db, prod"}),
    ],
)  # fmt: skip
def test_the_seeds_configurations_are_taken(kind: str, config: dict[str, Any]) -> None:
    assert mistakes(kind, config) == []


def test_a_flat_configuration_has_flat_paths() -> None:
    _, problems = configure("telegram", {"chat_id": 1}, ("channels", "ops"), ("channels", "ops"))
    assert [one.message for one in problems] == ["channels.ops.bot_token is required for type 'telegram'"]


def test_every_channel_documents_itself_and_names_real_fields() -> None:
    for kind, config in configs("http://provider").items():
        channel = made(kind, **config)
        assert channels()[kind].__doc__
        assert all(hasattr(channel, name) for name in channel.identity)


def test_destinations_tell_places_apart_and_no_secret() -> None:
    first = made("telegram", bot_token=TOKEN, chat_id=1)
    same = made("telegram", bot_token=TOKEN, chat_id="1", message_template="x", parse_mode="MarkdownV2")
    other = made("telegram", bot_token=TOKEN, chat_id=2)
    assert destination(first) == destination(same) != destination(other)
    assert destination(first).startswith("telegram:")
    assert TOKEN not in repr(target(first, "ops"))
    assert target(made("pagerduty", routing_key="R"), "p").stateful


@pytest.mark.parametrize(
    ("kind", "config", "shown"),
    [
        ("telegram", {"bot_token": TOKEN, "chat_id": -100}, {"bot_token": "110201543:AAH...", "chat_id": -100}),
        ("pagerduty", {"routing_key": "R012ABCDEFGHIJKLMNOPQRSTUVWX"}, {"routing_key": "R012ABC..."}),
        ("pagerduty", {"routing_key": "abc"}, {"routing_key": "a..."}),
        ("slack", {"webhook_url": "https://hooks.slack.com/services/T00/B00/xxx", "username": "x"},
         {"webhook_url": "https://hooks.slack.com/services/...", "username": "x"}),
        ("webhook", {"url": "https://example.com/secret"}, {"url": "https://example.com/..."}),
        ("webhook", {"url": "https://example.com:8443/?token=abc"}, {"url": "https://example.com:8443/..."}),
        ("webhook", {"url": "https://example.com"}, {"url": "https://example.com"}),
        ("webhook", {"url": "https://api.telegram.org/bot1:abc/sendMessage"}, {"url": "https://api.telegram.org/..."}),
        ("webhook", {"url": "https://x.y/v1", "headers": {"Authorization": "Bearer abcdefghijkl", "Accept": "*/*"}},
         {"url": "https://x.y/...", "headers": {"Authorization": "Bearer...", "Accept": "*/*"}}),
        ("webhook", {"url": "not a url with a secret"}, {"url": "not a u..."}),
        ("webhook", {}, {}),
        ("webhook", {"url": None, "nonsense": "hidden as well"}, {"url": None, "nonsense": "hidd..."}),
        ("email", {"from": "a@b.c", "password": "correct horse"}, {"from": "a@b.c", "password": "corr..."}),
        ("unheard-of", {"key": "secret value"}, {"key": "secr..."}),
    ],
)  # fmt: skip
def test_masks(kind: str, config: dict[str, Any], shown: dict[str, Any]) -> None:
    assert mask(kind, config) == shown


def spec(config: dict[str, Any], kind: str = "webhook", name: str = "a") -> ChannelSpec:
    return ChannelSpec(type=kind, name=name, config=config)


STORED = {
    "url": "https://x.y/hook/secret",
    "secret": "whsec_abcdefghij",
    "headers": {"X-Key": "abcdefghijkl", "Accept": "a"},
}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, STORED),
        (mask("webhook", STORED), STORED),
        ({"url": "https://new/"}, {**STORED, "url": "https://new/"}),
        ({"secret": None}, {"url": STORED["url"], "headers": STORED["headers"]}),
        ({"headers": {"X-Key": "abcd...", "X-New": "1"}}, {**STORED, "headers": {"X-Key": "abcdefghijkl", "X-New": "1"}}),
        ({"method": "PUT"}, {**STORED, "method": "PUT"}),
    ],
)  # fmt: skip
def test_a_put_keeps_what_is_masked_or_left_out(sent: dict[str, Any], kept: dict[str, Any]) -> None:
    merged, problems = merge([spec(sent)], [spec(STORED)])
    assert (merged[0].config, problems) == (kept, ())


def test_channels_match_by_type_name_and_ordinal() -> None:
    stored = [spec({"url": f"https://x.y/hook/{number}"}) for number in range(3)]
    other = spec({"url": "https://x.y/other/one"}, name="b")
    merged, problems = merge([spec({}), other, spec({})], stored)
    assert [one.config["url"][-1] for one in merged] == ["0", "e", "1"]
    assert problems == ()


def test_a_mask_of_nothing_is_refused() -> None:
    sent = [spec({"url": "https://other/..."}, name="b"), spec({"url": "u", "headers": {"X-Key": "zzzz..."}})]
    _, problems = merge(sent, [spec(STORED)])
    assert [one.message for one in problems] == [
        "channels[0].config.url is a mask of no stored value",
        "channels[1].config.headers is a mask of no stored value",
    ]


def test_a_stored_value_that_looks_like_a_mask_is_one_value() -> None:
    config = {"routing_key": "R012ABCDEF..."}
    merged, problems = merge([spec(config, "pagerduty")], [spec(config, "pagerduty")])
    assert (merged[0].config, problems) == (config, ())


def test_merging_an_unknown_type_leaves_it_to_validation() -> None:
    merged, problems = merge([spec({"a": "b..."}, "nope")], [])
    assert (merged[0].config, problems) == ({"a": "b..."}, ())


def test_secrets_include_the_parts_of_urls_and_headers() -> None:
    channel = made(
        "webhook",
        url="https://x.y/hook/pathsecret?token=querysecret",
        headers={"Authorization": "Bearer headersecret", "Accept": "application/json"},
    )
    secrets = secrets_of(channel)
    assert {"pathsecret", "querysecret", "headersecret", "Bearer headersecret"} <= secrets
    assert not {"application/json", "https://x.y"} & secrets


def test_what_every_address_says_is_no_secret() -> None:
    """Else the log would strike out the names of channels and events."""
    channel = made("webhook", url="https://discord.example/api/webhooks/1234567/pathsecret")
    assert {"1234567", "pathsecret"} <= secrets_of(channel)
    assert not {"webhooks", "webhook"} & secrets_of(channel)


def test_a_specification_does_not_show_its_configuration() -> None:
    assert "CANARY" not in repr(alert(spec({"url": "http://x/CANARY"})))
