"""Message → a Microsoft Teams channel or chat, through a Workflows webhook.

Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import yarl

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Template, Url

COLORS = {"resolved": "Good", "critical": "Attention", "error": "Attention", "warning": "Warning"}


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Msteams(kit.Web):
    """A Teams channel, through a workflow started by a webhook. An adaptive card whose texts are never markup."""

    kind: ClassVar[str] = "msteams"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url",)
    markup: ClassVar[Markup] = replace(kit.PLAIN, name="msteams", limit=8000)
    link_kinds: ClassVar[tuple[str, ...] | None] = ()

    webhook_url: Url
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None
    chart: bool = True

    def objections(self) -> Sequence[tuple[str, str]]:
        host = yarl.URL(self.webhook_url.value).host or ""
        if host.endswith(("webhook.office.com", "outlook.office.com", "outlook.office365.com")):
            return [("webhook_url", "is an Office 365 connector, which Microsoft retired; make a workflow")]
        return ()

    async def send(self, message: Message, http: Http) -> Receipt:
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [_title(message), _runs({"text": message.rest}), *self._image(message)],
            "actions": [
                {"type": "Action.OpenUrl", "title": kit.cut(link.title, 100), "url": link.url}
                for link in message.links[:6]
            ],
            "msteams": {"width": "full"},
        }
        kind = "application/vnd.microsoft.card.adaptive"
        attachment = {"contentType": kind, "contentUrl": None, "content": card}
        await http.request("POST", self.webhook_url, json={"type": "message", "attachments": [attachment]})
        return Receipt()

    def _image(self, message: Message) -> list[Plain]:
        if not self.chart or message.chart is None:
            return []
        return [{"type": "Image", "url": message.chart, "altText": "Chart", "size": "Stretch"}]

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.webhook_url, http)


def _title(message: Message) -> dict[str, Plain]:
    color = COLORS.get(message.state if message.resolved else message.severity, "Default")
    return _runs({"text": message.title, "weight": "Bolder", "size": "Medium", "color": color})


def _runs(run: dict[str, Plain]) -> dict[str, Plain]:
    # Unlike a TextBlock, a run of a RichTextBlock is shown as it is: no markdown, no mention.
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run}]}
