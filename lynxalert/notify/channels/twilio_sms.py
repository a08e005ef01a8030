"""Message → a short message to a phone, by Twilio: https://www.twilio.com/docs/messaging/api/message-resource."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from lynxalert.notify import kit, sms
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Reply, Secret, Template, Url

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSms(kit.Web):
    """One phone number. Text is shortened until it costs at most `segments` messages."""

    kind: ClassVar[str] = "twilio_sms"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "account_sid", "to")
    link_kinds: ClassVar[tuple[str, ...] | None] = ("alert",)  # each costs a part of a message

    account_sid: str
    auth_token: Secret
    to: str
    from_: str | None = None
    messaging_service_sid: str | None = None
    segments: int = 4
    message_template: Template | None = None
    resolved_template: Template | None = None
    api_url: Url = Url("https://api.twilio.com")

    @property
    def markup(self) -> Markup:
        return replace(
            kit.PLAIN, name="sms", limit=self.segments, size=lambda text: sms.segments(sms.simplify(text))
        )

    def objections(self) -> Sequence[tuple[str, str]]:
        wrong = [] if PHONE.fullmatch(self.to) else [("to", "must be a phone number such as +4915112345678")]
        wrong += [] if re.fullmatch("[A-Za-z0-9]+", self.account_sid) else [("account_sid", "must be an id")]
        wrong += [] if 1 <= self.segments <= 10 else [("segments", "must be between 1 and 10")]
        if (self.from_ is None) is (self.messaging_service_sid is None):
            wrong += [("from", "or messaging_service_sid is required for type 'twilio_sms', and not both")]
        return wrong

    async def send(self, message: Message, http: Http) -> Receipt:
        form = {"To": self.to, "Body": kit.cut(sms.simplify(message.body), 1600)}
        if self.from_ is not None:
            form["From"] = self.from_
        if self.messaging_service_sid is not None:
            form["MessagingServiceSid"] = self.messaging_service_sid
        sent = (await self._ask("POST", "/Messages.json", http, form)).body
        return Receipt(str(sent.get("sid")) if isinstance(sent, dict) else None)

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._ask("GET", ".json", http)
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the account is known; numbers are not checked")

    async def _ask(self, method: str, path: str, http: Http, form: Mapping[str, str] | None = None) -> Reply:
        url = f"{self.api_url.value.rstrip('/')}/2010-04-01/Accounts/{self.account_sid}{path}"
        return await http.request(method, url, form=form, login=(self.account_sid, self.auth_token))
