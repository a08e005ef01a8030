"""Message → any of the services that Apprise knows: https://github.com/caronc/apprise/wiki."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from lynxalert.notify import kit, outside
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Secret, Template

MOODS = {"critical": "failure", "error": "failure", "warning": "warning", "info": "info"}
TITLE = 200


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Apprise(kit.Base):
    """One of more than a hundred services, by its Apprise address. Needs the extra `lynxalert[apprise]`."""

    kind: ClassVar[str] = "apprise"
    identity: ClassVar[tuple[str, ...]] = ("url",)

    url: Secret
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None

    @property
    def markup(self) -> Markup:
        service = outside.service(self.url.value)
        limit = 1000 if service is None else min(10_000, service.body_maxlen)
        # A service without titles gets the title in its body.
        return replace(kit.PLAIN, name="apprise", limit=max(limit - TITLE, 100))

    def objections(self) -> Sequence[tuple[str, str]]:
        try:
            known = outside.service(self.url.value) is not None
        except ModuleNotFoundError:
            return [("url", outside.MISSING)]
        return () if known else [("url", "must be an address that Apprise knows, such as `tgram://…`")]

    async def send(self, message: Message, http: Http) -> Receipt:
        service = outside.service(self.url.value)
        if service is None:
            raise kit.DeliveryError(
                kit.Failure.UNCONFIGURED, "Apprise does not know the address", permanent=True
            )
        mood = "success" if message.resolved else MOODS.get(message.severity, "warning")
        await outside.notify(service, kit.cut(message.title, TITLE), message.rest, mood, http)
        return Receipt()

    async def probe(self, http: Http) -> kit.ProbeReport:  # noqa: ARG002 - there is nothing to ask
        return kit.ProbeReport(kit.Level.NONE, "unknown", "Apprise has nothing to ask without sending")
