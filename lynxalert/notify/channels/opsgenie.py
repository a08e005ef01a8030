"""Message → an Opsgenie alert: https://docs.opsgenie.com/docs/alert-api."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import quote

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Template, Url

PLACES = {
    "us": "https://api.opsgenie.com",
    "eu": "https://api.eu.opsgenie.com",
    "jsm": "https://api.atlassian.com/jsm/ops/integration",
}
PRIORITIES = {"critical": "P1", "error": "P2", "warning": "P3", "info": "P5"}
KINDS = {"team": "name", "user": "username", "schedule": "name", "escalation": "name"}


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Opsgenie(kit.Web):
    """An Opsgenie team, or one of its successor Jira Service Management (`region = "jsm"`). One alert per episode."""

    kind: ClassVar[str] = "opsgenie"
    identity: ClassVar[tuple[str, ...]] = ("region", "api_url", "api_key")
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True
    acknowledges: ClassVar[bool] = True

    api_key: Secret
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = None  # default: by the severity
    tags: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    title_template: Template | None = None
    region: Literal["us", "eu", "jsm"] = "us"
    api_url: Url | None = None

    def objections(self) -> Sequence[tuple[str, str]]:
        known = all(one.partition(":")[0] in KINDS and one.partition(":")[2] for one in self.responders)
        return () if known else [("responders", "must be such as team:SRE, user:a@example.com, schedule:…")]

    async def send(self, message: Message, http: Http) -> Receipt:
        if message.acknowledges:
            note = {"source": "LynxAlert", "note": kit.cut(message.text, 25_000)}
            accepted = await self._ask("POST", _act(message, "acknowledge"), http, note)
        elif not message.resolved:
            accepted = await self._ask("POST", "", http, self._alert(message))
        if message.resolved or message.test:
            accepted = await self._ask("POST", _act(message, "close"), http, {"source": "LynxAlert"})
        return Receipt(str(accepted.get("requestId")))

    async def probe(self, http: Http) -> kit.ProbeReport:
        try:
            await self._ask("GET", "?limit=1", http)
        except kit.DeliveryError as error:
            if error.status != 403:  # the key is known, it may only not read
                raise
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the key is known")

    async def _ask(self, method: str, path: str, http: Http, body: Plain = None) -> dict[str, Plain]:
        base = self.api_url.value.rstrip("/") if self.api_url else PLACES[self.region]
        url = f"{base}/v2/alerts{path}"
        key = {"Authorization": f"GenieKey {self.api_key.value}"}
        return dict((await http.request(method, url, json=body, headers=key)).object())

    def _alert(self, message: Message) -> dict[str, Plain]:
        return {
            "message": kit.cut(message.subject, 130),
            "alias": message.episode,
            "description": kit.cut(message.text, 15_000),
            "priority": "P5" if message.test else self.priority or PRIORITIES.get(message.severity, "P3"),
            "tags": [kit.cut(tag, 50) for tag in self.tags[:20]],
            "details": _details(message),
            "source": "LynxAlert",
            **({"responders": [_responder(one) for one in self.responders[:50]]} if self.responders else {}),
        }


def _details(message: Message) -> dict[str, str]:
    """Links and by-fields, together within 8,000 characters."""
    links = {link.title: link.url for link in message.links if len(link.url) <= 500}
    fields = list(message.labels.items())[:10]
    return links | {kit.cut(name, 100): kit.cut(str(value), 300) for name, value in fields}


def _act(message: Message, verb: str) -> str:
    return f"/{quote(message.episode, safe='')}/{verb}?identifierType=alias"


def _responder(text: str) -> dict[str, Plain]:
    kind, _, name = text.partition(":")
    return {"type": kind, KINDS[kind]: name}
