"""A collecting channel: what channels send is noted as a user would see it, and answered as the test wants. No socket."""

from __future__ import annotations

import datetime as dt
import json as codec
from collections.abc import Callable, Mapping
from typing import Any

import yarl

from lynxalert.clock import Clock
from lynxalert.notify.answers import Reply
from lynxalert.notify.fields import Secret, Url
from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.message import Plain

Seen = tuple[str, object, int]  # place, what, answer
ANSWER = {"status": "success", "dedup_key": "d"}


class Wire(Http):
    """The client of channels, cut off from the network. A place is the first label of a host: `hook.example`.

    *attempts* are (place, what it said, the status answered); what it said is `(kind, host, first T)`, or of a digest
    `("digest", (host, first T, over?), …)`.
    """

    def __init__(self, clock: Clock, answer: Callable[[str], int]) -> None:
        super().__init__(Outbound(), clock)
        self.answer = answer
        self.attempts: list[Seen] = []
        self.episodes: dict[str, tuple[str, dt.datetime]] = {}  # of incidents that are open

    async def request(
        self,
        method: str,
        url: Url | str,
        *,
        json: Plain = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bearer: Secret | None = None,
        login: tuple[str, Secret] | None = None,
    ) -> Reply:
        """Note it, and answer."""
        text = json if json is not None else _read(body)
        address = url.value if isinstance(url, Url) else url
        place = (yarl.URL(address).host or "").partition(".")[0]
        status = self.answer(place)
        said = self._event(text) if "dedup_key" in text else self._message(text)
        self.attempts.append((place, said, status))
        if status != 200:
            raise self.failure(status, "as the test wants it")
        return Reply(200, {}, "", ANSWER)

    def _event(self, body: Mapping[str, Any]) -> object:
        """An incident opened or closed: what keeps incidents hears of its kind by the action alone."""
        key = body["dedup_key"]
        if body["event_action"] == "trigger":
            payload = body["payload"]
            self.episodes[key] = (payload["custom_details"]["labels"]["host"], _instant(payload["timestamp"]))
        return (body["event_action"], *self.episodes[key])

    def _message(self, body: Mapping[str, Any]) -> object:
        members = [
            (one["labels"]["host"], _instant(one["startsAt"]), one["status"] == "resolved")
            for one in body["alerts"]
        ]
        if body["kind"] == "digest":
            return ("digest", *sorted(members))
        host, started, _ = members[0]
        return (body["kind"], host, started)


def _read(body: bytes | None) -> Any:
    return codec.loads(body or b"{}")


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
