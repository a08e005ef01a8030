"""Message → Grafana Cloud IRM (once OnCall), through a formatted webhook: https://grafana.com/docs/oncall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaOncall(kit.Web):
    """An integration of Grafana IRM or OnCall of the kind "formatted webhook". One alert group per episode."""

    kind: ClassVar[str] = "grafana_oncall"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url",)
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True

    webhook_url: Url
    title_template: Template | None = None

    async def send(self, message: Message, http: Http) -> Receipt:
        if not message.resolved:
            await self._post("alerting", message, http)
        if message.resolved or message.test:
            await self._post("ok", message, http)
        return Receipt(message.episode)

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.webhook_url, http)

    async def _post(self, state: str, message: Message, http: Http) -> None:
        body = {
            "alert_uid": message.episode,
            "state": state,
            "title": kit.cut(message.subject, 250),
            "message": kit.cut(message.rest, 10_000),
            "severity": message.severity,
            "labels": message.labels,
            "link_to_upstream_details": message.link,
        }
        await http.request("POST", self.webhook_url, json=body)
