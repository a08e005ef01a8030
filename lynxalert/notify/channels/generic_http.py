"""Message → a request with the method and body that a service wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class GenericHttp(kit.Web):
    """Any service with an HTTP interface: the method must be said, the body is a template or the webhook's."""

    kind: ClassVar[str] = "generic_http"
    identity: ClassVar[tuple[str, ...]] = ("url",)
    markup: ClassVar[Markup] = kit.PLAIN

    url: Url
    method: Literal["POST", "PUT", "PATCH"]
    headers: Mapping[str, str] = field(default_factory=dict)
    body_template: Template | None = None

    async def send(self, message: Message, http: Http) -> Receipt:
        return await kit.call(message, http, method=self.method, url=self.url, headers=self.headers)

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.url, http)
