"""Message → a Discord channel, through its webhook: https://discord.com/developers/docs/resources/webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import yarl

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Discord(kit.Web):
    """A Discord channel. Nothing in a message can mention anybody."""

    kind: ClassVar[str] = "discord"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url",)
    markup: ClassVar[Markup] = kit.DISCORD

    webhook_url: Url
    username: str = "LynxAlert"
    message_template: Template | None = None
    resolved_template: Template | None = None
    chart: bool = True

    @property
    def takes_pictures(self) -> bool:
        return self.chart

    async def send(self, message: Message, http: Http) -> Receipt:
        text = message.body if message.is_rich else kit.DISCORD.escape(message.body)
        body: dict[str, Plain] = {
            "content": kit.cut(text, 2000),
            "username": self.username,
            "allowed_mentions": {"parse": []},
        }
        # Without `wait`, a message that is not saved answers with success.
        url = yarl.URL(self.webhook_url.value).update_query(wait="true")
        if message.picture is None:
            answer = await http.request("POST", Url(str(url)), json=body)
        else:
            body |= {"embeds": [{"image": {"url": "attachment://chart.png"}}]}
            fields = {"payload_json": kit.encode(body).decode()}
            headers, form = kit.multipart.form(fields, "files[0]", message.picture)
            answer = await http.request("POST", Url(str(url)), body=form, headers=headers)
        return Receipt(
            str(answer.body["id"]) if isinstance(answer.body, dict) and "id" in answer.body else None
        )

    async def probe(self, http: Http) -> kit.ProbeReport:
        await http.request("GET", self.webhook_url)
        return kit.ProbeReport(kit.Level.TARGET, "reachable", "the webhook exists")
