"""Message → a Mattermost channel, through an incoming webhook: https://developers.mattermost.com."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Mattermost(kit.Web):
    """A Mattermost channel. Values are escaped and mention nobody."""

    kind: ClassVar[str] = "mattermost"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url", "channel")
    markup: ClassVar[Markup] = kit.MATTERMOST

    webhook_url: Url
    channel: str | None = None
    username: str | None = None
    icon_url: str | None = None
    message_template: Template | None = None
    resolved_template: Template | None = None
    chart: bool = True

    async def send(self, message: Message, http: Http) -> Receipt:
        text = message.body if message.is_rich else self.markup.escape(message.body)
        body: dict[str, Plain] = {
            "text": kit.cut(text, 16_383),
            "channel": self.channel,
            "username": self.username,
            "icon_url": self.icon_url,
            "attachments": self._attachments(message),
        }
        await http.request(
            "POST", self.webhook_url, json={name: value for name, value in body.items() if value is not None}
        )
        return Receipt()

    def _attachments(self, message: Message) -> list[Plain] | None:
        """The chart, which Mattermost fetches; not again where it refused the message once."""
        if not self.chart or message.chart is None or message.degraded:
            return None
        return [{"fallback": "Chart", "image_url": message.chart}]

    async def probe(self, http: Http) -> kit.ProbeReport:
        base, hooks, _ = self.webhook_url.value.rpartition("/hooks/")
        if not hooks:
            return await kit.reach(self.webhook_url, http)
        await http.request("GET", f"{base}/api/v4/system/ping")
        return kit.ProbeReport(kit.Level.HTTP, "reachable", "the server answers; the webhook is not checked")
