"""A channel sends → the requests it would have made, written down: nothing leaves, and no secret is in them."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.clock import Clock
from lynxalert.notify.answers import Reply, decode
from lynxalert.notify.fields import Secret, Url
from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.learned import Learned
from lynxalert.notify.message import Plain
from lynxalert.notify.travel import Secured

# Satisfies every provider at once.
ACCEPTED: Mapping[str, Plain] = {
    "ok": True,
    "result": {"message_id": 1},
    "requestId": "preview",
    "incident": {"id": "preview"},
    "severities": [],
    "id": "preview",
    "ts": "0",
}


@dataclass(frozen=True, slots=True)
class Written:
    """One request. *body*: JSON as such, a form as its fields, anything else as text."""

    method: str
    url: str
    body: Plain

    def as_json(self) -> dict[str, Plain]:
        """For the interface."""
        return {"method": self.method, "url": self.url, "body": self.body}


class Notebook(Http):
    """An `Http` that writes down what it is asked to send, and answers as if all were well."""

    def __init__(self, clock: Clock) -> None:
        self.outbound = Outbound()
        self.clock = clock
        self.learned = Learned()
        self.channel = None
        self.requests: list[Written] = []
        self._hidden = frozenset()

    def hiding(self, secrets: Iterable[str]) -> Http:
        """Itself: what is written down must hide them too."""
        self._hidden |= frozenset(secrets)
        return self

    def by(self, channel: Secured) -> Http:  # noqa: ARG002 - nothing travels
        """Itself."""
        return self

    async def request(
        self,
        method: str,
        url: Url | str,
        *,
        json: Plain = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - credentials, and what every request has
        bearer: Secret | None = None,  # noqa: ARG002 - the same
        login: tuple[str, Secret] | None = None,  # noqa: ARG002 - the same
    ) -> Reply:
        """Write it down, without its headers."""
        address = url.value if isinstance(url, Url) else url
        sent = json if json is not None else dict(form) if form is not None else _read(body)
        self.requests.append(Written(method, self.redact(urllib.parse.unquote(address)), self._cleaned(sent)))
        return Reply(200, {}, "", dict(ACCEPTED))

    def _cleaned(self, value: Plain) -> Plain:
        match value:
            case str():
                return self.redact(value)
            case Mapping():
                return {name: self._cleaned(each) for name, each in value.items()}
            case list() | tuple():
                return [self._cleaned(each) for each in value]
        return value


def _read(body: bytes | None) -> Any:
    parsed = decode(body or b"")
    return (body or b"").decode("utf-8", "replace") if parsed is None else parsed
