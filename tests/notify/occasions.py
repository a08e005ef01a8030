"""Alerts, transitions and occasions for tests, with one instant they all happen at."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from lynxalert.alerts.model import Alert, ChannelSpec, Every, Kind, Match, Phase, Policy, Transition
from lynxalert.notify.channel import Channel
from lynxalert.notify.configure import configure
from lynxalert.notify.facts import Occasion
from lynxalert.notify.links import Signpost
from lynxalert.notify.message import Link
from lynxalert.plan import TimeWindow

T = dt.datetime(2026, 2, 14, 13, 25, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def alert(*channels: ChannelSpec, **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": "alt_xyz789",
        "name": "High error rate",
        "query": "level=error | stats count as errors | where errors > 100",
        "schedule": Every(5 * MINUTE, "5m"),
        "window": 5 * MINUTE,
        "channels": channels,
        "policy": Policy(),
        **changes,
    }
    return Alert(**fields)


def transition(kind: Kind = Kind.FIRED, sequence: int = 1, **changes: Any) -> Transition:
    values = changes.pop("values", {"errors": 247})
    labels = changes.pop("labels", {})
    key = json.dumps(labels, sort_keys=True)
    at = changes.pop("at", T)
    phases = {Kind.RESOLVED: Phase.OK, Kind.NO_DATA: Phase.NODATA}
    fields: dict[str, Any] = {
        "alert_id": "alt_xyz789",
        "version": 1,
        "key": key,
        "labels": labels,
        "kind": kind,
        "previous": Phase.OK,
        "phase": phases.get(kind, Phase.FIRING),
        "episode": "e" * 24,
        "sequence": sequence,
        "started": T,
        "at": at,
        "match": None if values is None else Match(key, labels, values, values.get("errors")),
        **changes,
    }
    return Transition(**fields)


def occasion(kind: Kind = Kind.FIRED, **changes: Any) -> Occasion:
    definition = changes.pop("alert", None) or alert()
    surroundings = {
        name: changes.pop(name)
        for name in ("condition", "evidence", "links", "rows", "test")
        if name in changes
    }
    moved = transition(kind, **changes)
    return Occasion(
        alert=definition,
        transition=moved,
        window=TimeWindow(moved.at - definition.window, moved.at),
        **surroundings,
    )


LINK = Link("Open in LynxAlert", "https://alerts.example.com/alerts/alt_xyz789", "alert")
SIGNED = "1773667500.AAAAAAAAAAAAAAAAAAAAAA"


def linked(told: Occasion) -> Occasion:
    """*told* with every link that it can have."""
    signpost = Signpost("https://alerts.example.com", lambda *_: SIGNED)
    return replace(told, links=signpost.links(told, told.transition.at))


def made(kind: str, **config: Any) -> Channel:
    channel, problems = configure(kind, config, ("channels", 0))
    assert channel is not None, problems
    return channel


def configs(url: str) -> dict[str, dict[str, Any]]:
    """A complete configuration of every HTTP channel, pointed at a fake provider."""
    return {
        "alertmanager": {"url": url, "headers": {"X-Api-Key": "CANARY-manager"}},
        "aws_sns": {
            "region": "eu-central-1",
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "CANARY-aws-secret",
            "topic_arn": "arn:aws:sns:eu-central-1:123456789012:alerts",
            "api_url": f"{url}/",
        },
        "discord": {"webhook_url": f"{url}/api/webhooks/1/CANARY-discord-token"},
        "generic_http": {
            "url": f"{url}/hook/CANARY-generic-path?key=CANARY-query",
            "method": "PATCH",
            "headers": {"X-Api-Key": "CANARY-header"},
        },
        "googlechat": {"webhook_url": f"{url}/v1/spaces/S/messages?key=CANARY-key&token=CANARY-google"},
        "grafana_oncall": {"webhook_url": f"{url}/integrations/v1/formatted_webhook/CANARY-oncall/"},
        "incidentio": {"api_key": "CANARY-incident-key", "api_url": url},
        "incidentio_alerts": {"source_id": "01GW", "token": "CANARY-source-token", "api_url": url},
        "mattermost": {"webhook_url": f"{url}/hooks/CANARY-mattermost"},
        "msteams": {"webhook_url": f"{url}/workflows/CANARY-flow/triggers/run?sig=CANARY-signature"},
        "ntfy": {"topic": "CANARY-topic", "server": url, "token": "tk_CANARY-ntfy"},
        "opsgenie": {"api_key": "CANARY-genie-key", "api_url": url, "tags": ["db", "prod"]},
        "pagerduty": {"routing_key": "CANARY-routing-key", "api_url": url},
        "pushover": {"token": "CANARY-app-token", "user": "CANARY-user-key", "api_url": url},
        "slack": {"webhook_url": f"{url}/services/T00/B00/CANARY-slack-hook"},
        "telegram": {"bot_token": "1234:CANARY-bot-token-0000000", "chat_id": -100123, "api_url": url},
        "twilio_sms": {
            "account_sid": "AC0123456789abcdef",
            "auth_token": "CANARY-twilio-token",
            "to": "+4915112345678",
            "from": "+15005550006",
            "api_url": url,
        },
        "webhook": {"url": f"{url}/hook/CANARY-webhook-path", "secret": "whsec_Q0FOQVJZLXdlYmhvb2stc2VjcmV0"},
    }
