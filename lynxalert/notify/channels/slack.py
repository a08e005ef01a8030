"""Message → a Slack channel, through an incoming webhook or a bot token: https://docs.slack.dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Slack(kit.Base):
    """A Slack channel. `channel`, `username`, `icon_emoji` override only where the webhook is a legacy one."""

    kind: ClassVar[str] = "slack"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url", "bot_token", "channel")
    markup: ClassVar[Markup] = kit.SLACK

    webhook_url: Url | None = None
    channel: str | None = None
    username: str = "LynxAlert"
    icon_emoji: str = ":rotating_light:"
    message_template: Template | None = None
    resolved_template: Template | None = None
    bot_token: Secret | None = None
    api_url: Url = Url("https://slack.com/api")

    def objections(self) -> Sequence[tuple[str, str]]:
        if self.webhook_url is None and self.bot_token is None:
            return [("webhook_url", "is required for type 'slack'")]
        if self.webhook_url is None and self.channel is None:
            return [("channel", "is required for type 'slack' with a bot_token")]
        return ()

    async def send(self, message: Message, http: Http) -> Receipt:
        text = message.body if message.is_rich else kit.SLACK.escape(message.body)
        body = {"text": text, "username": self.username, "icon_emoji": self.icon_emoji}
        if self.channel is not None:
            body["channel"] = self.channel
        if self.webhook_url is None:
            return Receipt(str((await self._call("chat.postMessage", body, http)).get("ts")))
        answer = await http.request("POST", self.webhook_url, json=body)
        http.no_word(answer)
        return Receipt()

    async def probe(self, http: Http) -> kit.ProbeReport:
        if self.webhook_url is not None:
            return await kit.reach(self.webhook_url, http)
        await self._call("auth.test", {}, http)
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the token is valid")

    async def _call(self, method: str, body: dict[str, Plain], http: Http) -> dict[str, Plain]:
        answer = await http.request(
            "POST", f"{self.api_url.value.rstrip('/')}/{method}", json=body, bearer=self.bot_token
        )
        http.no_word(answer)
        return dict(answer.object())
