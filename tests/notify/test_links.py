"""Which links a message carries, where they lead, and how long they are good."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.alerts.model import Kind
from lynxalert.notify.links import Signpost
from lynxalert.notify.queueing import runbook_only
from tests.notify.occasions import T, alert, occasion

BOOK = {"runbook_url": "https://wiki.example/errors"}


def signed(purpose: str, subject: str, until: dt.datetime) -> str:
    return f"{purpose}+{(until - T).days}d"


def shown(kind: Kind, *, acts: bool = True, labels: dict[str, str] | None = None) -> list[str]:
    told = occasion(kind, alert=alert(labels=labels or {}))
    links = Signpost("https://a.example/x", signed, acts=acts).links(told, T)
    return [f"{link.kind} {link.title}: {link.url}" for link in links]


EPISODE = "alt_xyz789.eeeeeeeeeeeeeeeeeeeeeeee"
LOOK = [
    f"alert Open in LynxAlert: https://a.example/x/go/alert/{EPISODE}/alert+30d",
    "query Query: https://a.example/x/go/query/alt_xyz789.1771075200.1771075500/query+30d",
]
DO = [
    f"ack Acknowledge: https://a.example/x/go/ack/{EPISODE}/ack+7d",
    f"mute Mute: https://a.example/x/go/mute/{EPISODE}/mute+7d",
]


CHART = f"chart Chart: https://a.example/x/go/chart/{EPISODE}.1771075500/chart+30d.png"
CHARTED = (Kind.FIRED, Kind.CHANGED, Kind.REPEATED, Kind.RESOLVED)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.RESOLVED])
def test_what_still_holds_can_be_acknowledged_and_muted(kind: Kind) -> None:
    assert shown(kind) == LOOK + ([CHART] if kind in CHARTED else []) + DO


def test_what_is_over_can_be_looked_at() -> None:
    assert shown(Kind.RESOLVED) == [*LOOK, CHART]


def test_links_may_be_only_to_look() -> None:
    assert shown(Kind.FIRED, acts=False) == [*LOOK, CHART]


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://wiki.example/errors", True),
        ("http://wiki.example", True),
        ("javascript:alert(1)", False),
        ("see the wiki", False),
        ("https://wiki.example/a b", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_a_runbook_is_linked_if_it_is_an_address(address: str, linked: bool) -> None:  # noqa: FBT001 - a column
    told = occasion(alert=alert(labels={"runbook": address}))
    assert [link.url for link in runbook_only(told, T)] == ([address] if linked else [])
    assert shown(Kind.FIRED, labels=BOOK)[-1] == "runbook Runbook: https://wiki.example/errors"
