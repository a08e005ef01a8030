"""Message → an incident.io incident: https://api-docs.incident.io/tag/Incidents-V2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import Http, Markup, Message, Plain, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Incidentio(kit.Web):
    """An incident.io incident per episode. People close incidents there: an end sends nothing.

    `severity` is looked up by name among the account's own; `mode = "test"` pages nobody.
    """

    kind: ClassVar[str] = "incidentio"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "api_key")
    markup: ClassVar[Markup] = kit.PLAIN
    stateful: ClassVar[bool] = True
    keyed: ClassVar[bool] = True

    api_key: Secret
    severity: Literal["minor", "major", "critical"] = "major"
    mode: Literal["real", "test"] = "real"
    title_template: Template | None = None
    api_url: Url = Url("https://api.incident.io")

    async def send(self, message: Message, http: Http) -> Receipt:
        if message.resolved:
            return Receipt()
        body: dict[str, Plain] = {
            "idempotency_key": message.episode,
            "visibility": "public",
            "mode": "test" if message.test or self.mode == "test" else "standard",
            "name": kit.cut(message.subject, 200),
            "summary": kit.cut(message.text, 10_000),
        }
        # Without a severity of that name the account's default holds: better than no incident.
        known = await self._severity(http, again=message.degraded)
        if known is not None:
            body["severity_id"] = known
        incident = (await self._ask("POST", "/v2/incidents", http, body)).get("incident")
        return Receipt(str(incident["id"]) if isinstance(incident, dict) and "id" in incident else None)

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._ask("GET", "/v1/identity", http)
        return kit.ProbeReport(kit.Level.AUTH, "reachable", "the key is known")

    async def _severity(self, http: Http, *, again: bool) -> str | None:
        """The account's id of the severity of that name: asked once, and once more where an incident was refused."""
        place = (self.api_url.value, self.api_key.value, self.severity)
        if again or place not in http.learned:
            listed = (await self._ask("GET", "/v1/severities", http)).get("severities") or []
            named = {str(one.get("name")).lower(): str(one["id"]) for one in listed}
            if self.severity not in named:
                return None
            http.learned[place] = named[self.severity]
        return http.learned[place]

    async def _ask(self, method: str, path: str, http: Http, body: Plain = None) -> Plain:
        url = self.api_url.value.rstrip("/") + path
        return (await http.request(method, url, json=body, bearer=self.api_key)).object()
