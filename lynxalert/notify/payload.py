"""Message → the default body of a webhook: Alertmanager's webhook version 4, and more beside it.

Existing receivers of Alertmanager read `alerts`; Slack-like ones read `text`; the rest is LynxAlert's own.
Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from lynxalert.notify.message import Message, Plain

NEVER = "0001-01-01T00:00:00Z"  # what Alertmanager writes for the end of what still fires


def default_body(message: Message) -> dict[str, Plain]:
    """The body sent when a webhook has no template."""
    return {
        **_alertmanager(message),
        "text": message.text,
        "title": message.title,
        "kind": message.kind,
        "state": message.state,
        "severity": message.severity,
        "episode": message.episode,
        "delivery": message.delivery,
        "alert": dict(message.alert),
        "result": dict(message.result),
        "rows": [dict(row) for row in message.rows],
        "evidence": list(message.evidence),
        "links": [asdict(link) for link in message.links],
        "chart": message.chart,
        "timestamp": message.sent_at,
        "test": message.test,
    }


def _alertmanager(message: Message) -> dict[str, Plain]:
    status = "resolved" if message.resolved else "firing"
    labels = {
        "alertname": _label(message.alert.get("name")),
        "severity": message.severity,
        **{name: _label(value) for name, value in message.alert.get("labels", {}).items()},
        **{name: _label(value) for name, value in message.labels.items()},
    }
    annotations = {"summary": message.title, "description": message.text}
    link = message.link or ""
    alert = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": message.starts_at,
        "endsAt": message.ends_at or NEVER,
        "generatorURL": link,
        "fingerprint": _fingerprint(message),
    }
    return {
        "version": "4",
        "groupKey": message.episode,
        "truncatedAlerts": message.truncated,
        "status": status,
        "receiver": "lynxalert",
        "groupLabels": {name: _label(value) for name, value in message.labels.items()},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": link,
        "alerts": [_of_digest(each, link) for each in message.members] or [alert],
    }


def _of_digest(member: Plain, link: str) -> dict[str, Plain]:
    labels = {
        "alertname": member["alert"],
        "severity": member["severity"],
        **{name: _label(value) for name, value in member["labels"].items()},
    }
    return {
        "status": "resolved" if member["state"] == "resolved" else "firing",
        "labels": labels,
        "annotations": {"summary": member["title"]},
        "startsAt": member["starts_at"],
        "endsAt": member["ends_at"] or NEVER,
        "generatorURL": link,
        "fingerprint": _print_of(member["alert_id"], member["labels"]),
    }


def _label(value: Plain) -> str:
    return "" if value is None else str(value)


def _fingerprint(message: Message) -> str:
    return _print_of(message.alert.get("id"), message.labels)


def _print_of(alert_id: Plain, labels: Mapping[str, Plain]) -> str:
    parts = [str(alert_id), *(f"{name}={value}" for name, value in sorted(labels.items()))]
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
