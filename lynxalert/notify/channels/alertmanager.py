"""Message → an alert in Prometheus Alertmanager, through its API v2: https://prometheus.io/docs/alerting."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from lynxalert.clock import rfc3339
from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Alertmanager(kit.Web):
    """An Alertmanager, or what speaks its API. The labels are the alert's identity, and the same at its end."""

    kind: ClassVar[str] = "alertmanager"
    identity: ClassVar[tuple[str, ...]] = ("url",)
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True

    url: Url
    headers: Mapping[str, str] = field(default_factory=dict)
    expiry_days: int = 30

    def objections(self) -> Sequence[tuple[str, str]]:
        return () if 1 <= self.expiry_days <= 3650 else [("expiry_days", "must be between 1 and 3650")]

    async def send(self, message: Message, http: Http) -> Receipt:
        await self._call("POST", "/api/v2/alerts", http, [self._alert(message)])
        return Receipt(message.episode)

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._call("GET", "/api/v2/status", http)
        return kit.ProbeReport(kit.Level.HTTP, "reachable", "Alertmanager answers")

    async def _call(self, method: str, path: str, http: Http, body: Plain = None) -> None:
        await http.request(method, self.url.value.rstrip("/") + path, json=body, headers=self.headers)

    def _alert(self, message: Message) -> dict[str, Plain]:
        # Without an end Alertmanager would call the alert resolved after its `resolve_timeout` of five minutes.
        holds = dt.timedelta(minutes=5) if message.test else dt.timedelta(days=self.expiry_days)
        alert = {
            "labels": _labels(message),
            "annotations": {"summary": message.title, "description": kit.cut(message.text, 10_000)},
            "startsAt": message.starts_at,
            "endsAt": message.ends_at or rfc3339(dt.datetime.fromisoformat(message.sent_at) + holds),
        }
        return alert if message.link is None else {**alert, "generatorURL": message.link}


def _labels(message: Message) -> dict[str, str]:
    """Nothing that changes within an episode, such as the tier reached: its end would be another alert's."""
    named = {**message.alert.get("labels", {}), **message.labels}
    labels = {re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII): str(value) for name, value in named.items()}
    labels |= {"alertname": str(message.alert.get("name")), "severity": str(message.alert.get("severity"))}
    if message.test:
        labels["test"] = "true"  # else the end of a test would be that of the alert itself
    return {name: kit.cut(text, 1000) for name, text in labels.items() if text}
