"""Message → an ntfy topic: https://docs.ntfy.sh/publish/#publish-as-json."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Reply, Secret, Template, Url

TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
DOING = ("ack", "mute")  # what goes first where three buttons is all there are
PRIORITIES = {"critical": 5, "error": 4, "warning": 3, "info": 2}


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Ntfy(kit.Web):
    """A topic of ntfy.sh or of a server of one's own. Anyone who knows an open topic's name can read it."""

    kind: ClassVar[str] = "ntfy"
    identity: ClassVar[tuple[str, ...]] = ("server", "topic")
    # ntfy turns what is longer into an attachment.
    markup: ClassVar[Markup] = replace(kit.PLAIN, name="ntfy", limit=4096, size=kit.octets)
    link_kinds: ClassVar[tuple[str, ...] | None] = ()

    topic: Secret
    server: Url = Url("https://ntfy.sh")
    token: Secret | None = None
    username: str | None = None
    password: Secret | None = None
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None
    chart: bool = True

    def objections(self) -> Sequence[tuple[str, str]]:
        known = TOPIC.fullmatch(self.topic.value)
        wrong = [] if known else [("topic", "must be 1 to 64 letters, digits, `-` and `_`")]
        ways = (self.token is not None) + (self.password is not None)
        return [*wrong, ("token", "and password exclude each other")] if ways > 1 else wrong

    async def send(self, message: Message, http: Http) -> Receipt:
        body = {
            "topic": self.topic.value,
            "title": kit.cut(message.title, 250),
            "message": message.rest,
            "priority": 3 if message.resolved else PRIORITIES.get(message.severity, 3),
            "tags": ["white_check_mark" if message.resolved else "rotating_light"],
        }
        if message.link is not None:
            body["click"] = message.link
        if self.chart and message.chart is not None:
            body |= {"attach": message.chart, "filename": "chart.png"}
        others = [link for link in message.links if link.url != message.link]
        if others:
            body["actions"] = [
                {"action": "view", "label": link.title, "url": link.url}
                for link in sorted(others, key=lambda link: link.kind not in DOING)[:3]
            ]
        answer = await self._ask("POST", self.server.value, http, body)
        return Receipt(str(answer.body.get("id")) if isinstance(answer.body, dict) else None)

    async def probe(self, http: Http) -> kit.ProbeReport:
        base = self.server.value.rstrip("/")
        if self.token is None and self.password is None:
            await self._ask("GET", f"{base}/v1/health", http)
            return kit.ProbeReport(kit.Level.HTTP, "reachable", "the server is healthy")
        await self._ask("GET", f"{base}/v1/account", http)
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the login is valid")

    async def _ask(self, method: str, url: str, http: Http, body: Plain = None) -> Reply:
        login = None if self.password is None else (self.username or "", self.password)
        return await http.request(method, url, json=body, bearer=self.token, login=login)
