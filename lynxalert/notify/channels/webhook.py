"""Message → a request to an endpoint of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import yarl

from lynxalert.notify import kit
from lynxalert.notify.channels.discord import Discord
from lynxalert.notify.channels.slack import Slack
from lynxalert.notify.kit import Http, Message, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(kit.Web):
    """Any endpoint that takes JSON; addresses of Slack and Discord hooks get what those accept.

    Without `body_template` the body is Alertmanager's version 4 and more. `secret` signs as Standard Webhooks.
    """

    kind: ClassVar[str] = "webhook"
    identity: ClassVar[tuple[str, ...]] = ("url",)
    keyed: ClassVar[bool] = True

    url: Url
    method: Literal["POST", "PUT"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body_template: Template | None = None
    secret: Secret | None = None

    @property
    def markup(self) -> kit.Markup:
        return kit.PLAIN if self.provider is None else self.provider.markup

    @property
    def provider(self) -> kit.Channel | None:
        """The chat whose hook this address really is, where it takes no body but its own."""
        url = yarl.URL(self.url.value)
        if url.host in ("hooks.slack.com", "hooks.slack-gov.com"):
            return Slack(webhook_url=self.url)
        if url.host in ("discord.com", "discordapp.com") and url.path.startswith("/api/webhooks/"):
            return Discord(webhook_url=self.url)
        return None

    async def send(self, message: Message, http: Http) -> Receipt:
        if self.provider is not None and message.payload is None:
            return await self.provider.send(message, http)
        return await kit.call(
            message, http, method=self.method, url=self.url, headers=self.headers, secret=self.secret
        )

    async def probe(self, http: Http) -> kit.ProbeReport:
        return await kit.reach(self.url, http)
