"""Message → a Pushover user or group: https://pushover.net/api."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Pushover(kit.Web):
    """A Pushover user or group. Priority 2 sounds until somebody confirms it, or the episode ends."""

    kind: ClassVar[str] = "pushover"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "token", "user")
    markup: ClassVar[Markup] = replace(kit.PLAIN, name="pushover", limit=1024)
    link_kinds: ClassVar[tuple[str, ...] | None] = ("ack",)

    token: Secret
    user: Secret
    priority: int = 0
    sound: str | None = None
    device: str | None = None
    retry: int = 60
    expire: int = 3600
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None
    chart: bool = True
    api_url: Url = Url("https://api.pushover.net")

    @property
    def takes_pictures(self) -> bool:
        return self.chart

    def objections(self) -> Sequence[tuple[str, str]]:
        wrong = [("priority", "must be between -2 and 2")] if not -2 <= self.priority <= 2 else []
        wrong += [("retry", "must be at least 30 seconds")] if self.retry < 30 else []
        return [*wrong, ("expire", "must be at most 10800 seconds")] if self.expire > 10_800 else wrong

    async def send(self, message: Message, http: Http) -> Receipt:
        sounding = self.priority == 2 and not message.test
        if message.resolved and sounding:
            await self._call(f"receipts/cancel_by_tag/{quote(message.episode, safe='')}.json", {}, http)
        fields = {
            "title": kit.cut(message.title, 250),
            "message": kit.cut(message.rest, 1024),
            "priority": str(0 if message.resolved or message.test else self.priority),
            "sound": self.sound,
            "device": self.device,
        }
        if sounding and not message.resolved:
            fields |= {"retry": str(self.retry), "expire": str(self.expire), "tags": message.episode}
        if message.link is not None and len(message.link) <= 512:
            fields |= {"url": message.link, "url_title": "Open in LynxAlert"}
        await self._call("messages.json", {**fields, "user": self.user.value}, http, message.picture)
        return Receipt()

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._call("users/validate.json", {"user": self.user.value, "device": self.device}, http)
        return kit.ProbeReport(kit.Level.TARGET, "reachable", "token and user are known")

    async def _call(
        self, path: str, fields: dict[str, str | None], http: Http, picture: bytes | None = None
    ) -> None:
        form = {name: value for name, value in {"token": self.token.value, **fields}.items() if value}
        url = f"{self.api_url.value.rstrip('/')}/1/{path}"
        if picture is None:
            await http.request("POST", url, form=form)
        else:
            headers, body = kit.multipart.form(form, "attachment", picture)
            await http.request("POST", url, body=body, headers=headers)
