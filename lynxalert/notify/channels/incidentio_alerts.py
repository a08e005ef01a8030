"""Message → an alert event of incident.io: https://api-docs.incident.io/tag/Alert-Events-V2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentioAlerts(kit.Web):
    """An HTTP alert source of incident.io, whose routes make incidents of alerts. One alert per episode, ended with it."""

    kind: ClassVar[str] = "incidentio_alerts"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "source_id", "token")
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True

    source_id: str
    token: Secret
    title_template: Template | None = None
    api_url: Url = Url("https://api.incident.io")

    def objections(self) -> Sequence[tuple[str, str]]:
        known = re.fullmatch("[A-Za-z0-9_-]+", self.source_id)
        return () if known else [("source_id", "must be an id of letters and digits")]

    async def send(self, message: Message, http: Http) -> Receipt:
        if not message.resolved:
            await self._event("firing", message, http)
        if message.resolved or message.test:
            await self._event("resolved", message, http)
        return Receipt(message.episode)

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.api_url, http)

    async def _event(self, status: str, message: Message, http: Http) -> None:
        body = {
            "title": kit.cut(message.subject, 250),
            "status": status,
            "deduplication_key": message.episode,
            "description": kit.cut(message.text, 10_000),
            "metadata": {**message.labels, "severity": message.severity, "test": message.test},
        }
        if message.link is not None:
            body["source_url"] = message.link
        url = f"{self.api_url.value.rstrip('/')}/v2/alert_events/http/{self.source_id}"
        (await http.request("POST", url, json=body, bearer=self.token)).object()
