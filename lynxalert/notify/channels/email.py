"""Message → mail to one or more people, through an SMTP relay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Message, Receipt, Secret, Template
from lynxalert.notify.smtp import LOCAL, Relay
from lynxalert.notify.tabled import table

CHART = "chart@lynxalert"  # what the HTML calls its picture


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Email(kit.Secured):
    """Mail, as text and HTML; the mails of an episode form a thread. STARTTLS unless the relay is this machine."""

    kind: ClassVar[str] = "email"
    identity: ClassVar[tuple[str, ...]] = ("smtp_host", "smtp_port", "username", "from_", "to")
    markup: ClassVar[kit.Markup] = replace(kit.HTML, limit=200_000, fault=lambda _: None, events=table)

    to: tuple[str, ...]
    from_: str
    smtp_host: str = "localhost"
    smtp_port: int = 587
    username: str | None = None
    password: Secret | None = None
    tls: Literal["auto", "starttls", "implicit", "none"] = "auto"
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None
    chart: bool = True

    @property
    def takes_pictures(self) -> bool:
        return self.chart

    def objections(self) -> Sequence[tuple[str, str]]:
        wrong = []
        if not (self.to and all(map(kit.is_address, self.to))):
            wrong.append(("to", "must be e-mail addresses"))
        if not kit.is_address(self.from_):
            wrong.append(("from", "must be an e-mail address"))
        if self.password is not None and self.tls == "none" and self.smtp_host not in LOCAL:
            wrong.append(("tls", "must not be `none` with a password, unless the relay is this machine"))
        return wrong

    async def send(self, message: Message, http: Http) -> Receipt:
        host = self.from_.rpartition("@")[2].rstrip(">")
        mail = EmailMessage(policy=policy.SMTP)
        mail["Subject"] = kit.cut(message.title, 250)
        mail["From"], mail["To"] = self.from_, ", ".join(self.to)
        mail["Date"] = format_datetime(http.clock.now())
        mail["Message-ID"] = f"<{message.delivery}@{host}>"
        mail["References"] = f"<{message.episode}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        if message.is_rich:
            picture = f'<p><img src="cid:{CHART}" alt="Chart" width="100%"></p>' if message.picture else ""
            whole = f'<div style="white-space: pre-wrap">{message.body}</div>{picture}'
            mail.add_alternative(whole, subtype="html")
            if message.picture is not None:
                shown: EmailMessage = mail.get_payload()[-1]  # type: ignore[assignment, index] # the HTML just added
                shown.add_related(
                    message.picture,
                    "image",
                    "png",
                    cid=f"<{CHART}>",
                    disposition="inline",
                    filename="chart.png",
                )
        refused = await self._relay().deliver(mail, http)
        return Receipt(message.delivery, refused)

    async def probe(self, http: Http) -> kit.ProbeReport:
        level = await self._relay().knock(http)
        return kit.ProbeReport(level, "reachable", "the relay answers; recipients are not checked")

    def _relay(self) -> Relay:
        return Relay(self.smtp_host, self.smtp_port, self.tls, self.username, self.password)
