"""Message → an Opsgenie alert: https://docs.opsgenie.com/docs/alert-api."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import quote

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Opsgenie(kit.Base):
    """An Opsgenie team (or its successor Jira Service Management through `api_url`). One alert per episode."""

    kind: ClassVar[str] = "opsgenie"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "api_key")
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True

    api_key: Secret
    priority: Literal["P1", "P2", "P3", "P4", "P5"] = "P3"
    tags: tuple[str, ...] = ()
    api_url: Url = Url("https://api.opsgenie.com")

    async def send(self, message: Message, http: Http) -> Receipt:
        accepted = {} if message.resolved else await self._ask("POST", "", http, self._alert(message))
        if message.resolved or message.test:
            close = f"/{quote(message.episode, safe='')}/close?identifierType=alias"
            accepted = await self._ask("POST", close, http, {"source": "LynxAlert"})
        return Receipt(str(accepted.get("requestId")))

    async def probe(self, http: Http) -> kit.ProbeReport:
        try:
            await self._ask("GET", "?limit=1", http)
        except kit.DeliveryError as error:
            if error.status != 403:  # the key is known, it may only not read
                raise
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the key is known")

    async def _ask(self, method: str, path: str, http: Http, body: Plain = None) -> dict[str, Plain]:
        url = f"{self.api_url.value.rstrip('/')}/v2/alerts{path}"
        key = {"Authorization": f"GenieKey {self.api_key.value}"}
        answer = await http.request(method, url, json=body, headers=key)
        return answer.body if isinstance(answer.body, dict) else {}

    def _alert(self, message: Message) -> dict[str, Plain]:
        return {
            "message": kit.cut(message.subject, 130),
            "alias": message.episode,
            "description": kit.cut(message.text, 15_000),
            "priority": "P5" if message.test else self.priority,
            "tags": [kit.cut(tag, 50) for tag in self.tags[:20]],
            "details": {name: kit.cut(str(value), 400) for name, value in list(message.labels.items())[:20]},
            "source": "LynxAlert",
        }
