"""Message → a PagerDuty incident: https://developer.pagerduty.com/docs/events-api-v2/overview/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Template, Url

ROOM = 400_000  # bytes of details, in an event of at most 512 kB


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Pagerduty(kit.Web):
    """A PagerDuty service, through an Events API v2 integration. One incident per episode, resolved with it."""

    kind: ClassVar[str] = "pagerduty"
    identity: ClassVar[tuple[str, ...]] = ("region", "api_url", "routing_key")
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True
    acknowledges: ClassVar[bool] = True

    routing_key: Secret
    severity: Literal["critical", "error", "warning", "info"] | None = None  # default: the alert's
    component: str | None = None
    group: str | None = None
    class_: str | None = None
    title_template: Template | None = None
    chart: bool = True
    region: Literal["us", "eu"] = "us"
    api_url: Url | None = None

    @property
    def base(self) -> Url:
        """Where events go: keys hold in one region only."""
        eu = "eu." if self.region == "eu" else ""
        return self.api_url or Url(f"https://events.{eu}pagerduty.com")

    async def send(self, message: Message, http: Http) -> Receipt:
        if message.acknowledges:
            await self._event("acknowledge", message, {}, http)
        elif not message.resolved:
            await self._event("trigger", message, self._payload(message), http)
        if message.resolved or message.test:
            await self._event("resolve", message, {}, http)
        return Receipt(message.episode)

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.base, http)

    async def _event(self, action: str, message: Message, more: dict[str, Plain], http: Http) -> None:
        key = {"routing_key": self.routing_key.value, "event_action": action, "dedup_key": message.episode}
        url = f"{self.base.value.rstrip('/')}/v2/enqueue"
        (await http.request("POST", url, json={**key, **more})).object()

    def _payload(self, message: Message) -> dict[str, Plain]:
        details = {
            "text": message.text,
            "result": message.result,
            "rows": message.rows,
            "labels": message.labels,
        }
        if len(kit.encode(details)) > ROOM:
            details = {"text": kit.cut(message.text, 10_000), "error": "the result was too large to send"}
        placed = {"component": self.component, "group": self.group, "class": self.class_}
        payload = {
            **{name: text for name, text in placed.items() if text},
            "summary": kit.cut(message.subject, 1024),
            "source": "lynxalert",
            "severity": "info" if message.test else self.severity or message.severity,
            "timestamp": message.starts_at,
            "custom_details": details,
        }
        links = [{"href": link.url, "text": link.title} for link in message.links]
        client = {"client": "LynxAlert", **({"client_url": message.link} if message.link else {})}
        return {"payload": payload, **client, "links": links, **self._images(message)}

    def _images(self, message: Message) -> dict[str, Plain]:
        """PagerDuty fetches them itself, over HTTPS only."""
        if not self.chart or message.chart is None or not message.chart.startswith("https://"):
            return {}
        return {"images": [{"src": message.chart, "href": message.link or message.chart, "alt": "Chart"}]}
