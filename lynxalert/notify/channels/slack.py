"""Message → a Slack channel, through an incoming webhook or a bot token: https://docs.slack.dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Slack(kit.Web):
    """A Slack channel. `channel`, `username` and icons override only where the webhook is a legacy one."""

    kind: ClassVar[str] = "slack"
    identity: ClassVar[tuple[str, ...]] = ("webhook_url", "bot_token", "channel")
    markup: ClassVar[Markup] = kit.SLACK
    link_kinds: ClassVar[tuple[str, ...] | None] = ()

    webhook_url: Url | None = None
    channel: str | None = None
    username: str = "LynxAlert"
    icon_emoji: str = ":rotating_light:"
    icon_url: str | None = None
    message_template: Template | None = None
    resolved_template: Template | None = None
    chart: bool = True
    bot_token: Secret | None = None
    follow_up: Literal["thread", "update", "new"] = "thread"
    api_url: Url = Url("https://slack.com/api")

    @property
    def takes_pictures(self) -> bool:
        return self.chart and self.webhook_url is None

    def objections(self) -> Sequence[tuple[str, str]]:
        if self.webhook_url is None and self.bot_token is None:
            return [("webhook_url", "is required for type 'slack'")]
        if self.webhook_url is None and self.channel is None:
            return [("channel", "is required for type 'slack' with a bot_token")]
        return ()

    async def send(self, message: Message, http: Http) -> Receipt:
        text = message.body if message.is_rich else kit.SLACK.escape(message.body)
        icon = {"icon_url": self.icon_url} if self.icon_url else {"icon_emoji": self.icon_emoji}
        shown = {"text": text} if message.degraded else {"text": text, "blocks": self._blocks(text, message)}
        body = {**shown, "username": self.username, **icon}
        if self.channel is not None:
            body["channel"] = self.channel
        if self.webhook_url is not None:
            http.no_word(await http.request("POST", self.webhook_url, json=body))
            return Receipt()
        place, known, first = (message.thread or "").partition(":")
        # A second attempt after a refusal stands alone: the first message may have been deleted.
        if known and not message.degraded and self.follow_up == "update":
            await self._call("chat.update", {"channel": place, "ts": first, **shown}, http)
            return Receipt(message.thread)
        if known and not message.degraded and self.follow_up == "thread":
            body |= {"channel": place, "thread_ts": first}
        posted = await self._call("chat.postMessage", body, http)
        if message.picture is not None:
            await self._upload(message.picture, posted, http)
        return Receipt(f"{posted.get('channel', self.channel)}:{posted.get('ts')}")

    async def _upload(self, picture: bytes, posted: Mapping[str, Plain], http: Http) -> None:
        """The chart, in the message's thread. The message has arrived: a token without `files:write` is no failure."""
        with suppress(kit.DeliveryError):
            size = {"filename": "chart.png", "length": str(len(picture))}
            place = await self._call("files.getUploadURLExternal", None, http, form=size)
            png = {"Content-Type": "image/png"}
            await http.request("POST", str(place.get("upload_url")), body=picture, headers=png)
            there = {"channel_id": posted.get("channel"), "thread_ts": posted.get("ts")}
            files = [{"id": place.get("file_id"), "title": "Chart"}]
            await self._call("files.completeUploadExternal", {"files": files, **there}, http)

    async def probe(self, http: Http) -> kit.ProbeReport:
        if self.webhook_url is not None:
            return await kit.reach(self.webhook_url, http)
        await self._call("auth.test", {}, http)
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the token is valid")

    def _blocks(self, text: str, message: Message) -> list[Plain]:
        """*text*, which stays beside them for notifications; the chart, where Slack fetches it; a row of buttons."""
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        shown = self.chart and message.chart is not None and message.picture is None
        image = {"type": "image", "image_url": message.chart, "alt_text": "Chart"}
        return [section, *([image] if shown else []), *kit.buttons.slack(message.links)]

    async def _call(
        self, method: str, body: Plain, http: Http, form: Mapping[str, str] | None = None
    ) -> dict[str, Plain]:
        url = f"{self.api_url.value.rstrip('/')}/{method}"
        answer = await http.request("POST", url, json=body, form=form, bearer=self.bot_token)
        http.no_word(answer)
        return dict(answer.object())
