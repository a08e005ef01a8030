"""Message → a Google Chat space, through its webhook: https://developers.google.com/workspace/chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import yarl

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Googlechat(kit.Web):
    """A Google Chat space. The messages of an episode form a thread; cards, in which nothing mentions anybody."""

    kind: ClassVar[str] = "googlechat"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url",)
    markup: ClassVar[Markup] = kit.GOOGLE_CARD
    link_kinds: ClassVar[tuple[str, ...] | None] = ()

    webhook_url: Url
    message_template: Template | None = None
    resolved_template: Template | None = None
    chart: bool = True

    async def send(self, message: Message, http: Http) -> Receipt:
        text = message.body if message.is_rich else self.markup.escape(message.body)
        buttons = [
            {"text": kit.cut(link.title, 40), "onClick": {"openLink": {"url": link.url}}}
            for link in message.links[:6]
        ]
        image = (
            [{"image": {"imageUrl": message.chart, "altText": "Chart"}}]
            if self.chart and message.chart
            else []
        )
        below = [{"buttonList": {"buttons": buttons}}] if buttons else []
        card = {"sections": [{"widgets": [{"textParagraph": {"text": text}}, *image, *below]}]}
        body = {
            "cardsV2": [{"cardId": "alert", "card": card}],
            "fallbackText": kit.cut(message.title, 200),
            "thread": {"threadKey": message.episode},
        }
        # Without the option a thread key would be ignored and every message would begin a thread.
        url = yarl.URL(self.webhook_url.value).update_query(
            messageReplyOption="REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
        )
        answer = await http.request("POST", Url(str(url)), json=body)
        named = answer.body.get("name") if isinstance(answer.body, dict) else None
        return Receipt(str(named) if named else None)

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.webhook_url, http)
