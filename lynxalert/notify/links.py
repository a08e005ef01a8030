"""Occasion → the links that its messages carry: to the alert, its query, its chart, to acknowledge and to mute. Pure.

Each leads to a page of this daemon and is signed for one purpose and a while. Following one changes nothing: chats
fetch what they show, so whatever is done is done by a button of the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote

import yarl

from lynxalert.alerts.model import Kind
from lynxalert.notify.facts import Occasion
from lynxalert.notify.message import Link

LOOKING = dt.timedelta(days=30)  # how long a link shows something
DOING = dt.timedelta(days=7)  # how long it lets somebody do something: as long as an end is retried
CHARTED = (Kind.FIRED, Kind.CHANGED, Kind.REPEATED, Kind.RESOLVED)
UNMEASURED = ("no_data", "new_value")  # conditions that watch no number
RUNBOOKS = ("runbook", "runbook_url")  # labels of an alert that may hold an address

# A purpose, its subject, when it expires → what makes the link good.
Sign: TypeAlias = Callable[[str, str, dt.datetime], str]


class Purpose(StrEnum):
    """What a link is good for; its page stands at `/go/<purpose>/…`."""

    ALERT = "alert"
    QUERY = "query"
    CHART = "chart"
    ACK = "ack"
    MUTE = "mute"


TITLES = {
    Purpose.ALERT: "Open in LynxAlert",
    Purpose.QUERY: "Query",
    Purpose.CHART: "Chart",
    Purpose.ACK: "Acknowledge",
    Purpose.MUTE: "Mute",
}


@dataclass(frozen=True, slots=True)
class Signpost:
    """Makes links below *base*, an address without a slash at its end; *acts*: also those that let people do something."""

    base: str
    sign: Sign
    acts: bool = True

    def links(self, occasion: Occasion, now: dt.datetime) -> tuple[Link, ...]:
        """Those of *occasion* as of *now*, the one to look at first first."""
        return (*self._made(occasion, now), *runbook(occasion))

    def _made(self, occasion: Occasion, now: dt.datetime) -> Iterator[Link]:
        told, window = occasion.transition, occasion.window
        episode = f"{told.alert_id}.{told.episode}"
        yield self._link(Purpose.ALERT, episode, now + LOOKING)
        if window.start is not None and window.end is not None:
            stretch = f"{told.alert_id}.{_seconds(window.start)}.{_seconds(window.end)}"
            yield self._link(Purpose.QUERY, stretch, now + LOOKING)
        if told.kind in CHARTED and occasion.alert.when.get("type") not in UNMEASURED:
            at = f"{episode}.{_seconds(told.at)}"
            yield self._link(Purpose.CHART, at, now + LOOKING, ".png")
        if self.acts and not told.is_end:
            yield self._link(Purpose.ACK, episode, now + DOING)
            yield self._link(Purpose.MUTE, episode, now + DOING)

    def _link(self, purpose: Purpose, subject: str, until: dt.datetime, suffix: str = "") -> Link:
        ticket = self.sign(purpose, subject, until) + suffix
        return Link(TITLES[purpose], f"{self.base}/go/{purpose}/{quote(subject, safe='')}/{ticket}", purpose)


def runbook(occasion: Occasion) -> Iterator[Link]:
    """Where the alert's labels say what to do."""
    for name in RUNBOOKS:
        address = occasion.alert.labels.get(name, "")
        if address and is_web(address):
            yield Link("Runbook", address, "runbook")
            return


def is_web(address: str) -> bool:
    """Whether *address* is one that people can open."""
    try:
        url = yarl.URL(address)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and address.isprintable() and " " not in address


def _seconds(instant: dt.datetime) -> int:
    return int(instant.timestamp())
