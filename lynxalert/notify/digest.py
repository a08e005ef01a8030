"""Deliveries due together → one message that tells them all: counts of each alert, the newest and gravest first. Pure.

Not here: when to gather (`pace`, `grouping`), and where what was gathered is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from lynxalert.alerts.model import Kind
from lynxalert.clock import rfc3339
from lynxalert.notify.layout import Line, Piece, write
from lynxalert.notify.markup import PLAIN, Markup, cut, one_line
from lynxalert.notify.message import Link, Message, Plain
from lynxalert.notify.model import Delivery, Special, Status, delivery_id

GRAVEST_FIRST = ("critical", "error", "warning", "info")
STATES = ("firing", "nodata", "flapping", "resolved")
WORDS = {"nodata": "no data"}
MOST_MEMBERS = 100  # told one by one in a webhook; the others are counted
# Alerts and titles that are spelled out, the longest that fits.
ROOMS = ((30, 12), (20, 6), (10, 4), (6, 2), (3, 0), (0, 0))
AWAY = "away"  # the group of what began and ended while nobody was there
EPISODE = "digest-"


@dataclass(frozen=True, slots=True)
class Item:
    """One delivery that is due, without the bulk of its message. *accepted*: its episode was told there before."""

    id: str
    episode: str
    sequence: int
    kind: Kind
    alert_id: str
    alert: str
    state: str
    severity: str
    title: str
    labels: Mapping[str, Plain]
    starts_at: str
    ends_at: str | None
    accepted: bool

    @property
    def gravity(self) -> int:
        """0 is the gravest."""
        return GRAVEST_FIRST.index(self.severity) if self.severity in GRAVEST_FIRST else len(GRAVEST_FIRST)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes into a digest: *told*, the last of each episode; *members*, all it stands for; *dropped*, ends nobody waits for."""

    told: tuple[Item, ...]
    members: tuple[str, ...]
    dropped: tuple[str, ...]


# What a digest says: the bundle, the delivery that heads it, the new one's id.
Compose: TypeAlias = Callable[[Bundle, Delivery, str], Message]


def bundle(items: Iterable[Item]) -> Bundle:
    """*items*, those of one episode in order, as a digest tells them: each episode by how it stands at last."""
    lanes: dict[str, list[Item]] = {}
    for each in items:
        lanes.setdefault(each.episode, []).append(each)
    told, members, dropped = [], [], []
    for lane in lanes.values():
        if lane[0].kind is Kind.RESOLVED and not lane[0].accepted:
            dropped += [each.id for each in lane]
            continue
        told.append(lane[-1])
        members += [each.id for each in lane]
    return Bundle(tuple(told), tuple(members), tuple(dropped))


def digest_of(
    head: Delivery, found: Bundle, now: dt.datetime, lease_until: dt.datetime, compose: Compose
) -> Delivery:
    """The delivery that tells *found*, leased; *head* is the one that was due first."""
    names = hashlib.sha256("\x00".join(sorted(found.members)).encode()).hexdigest()[:24]
    episode = EPISODE + names
    identity = delivery_id(episode, 1, head.target)
    return replace(
        head,
        id=identity,
        key='"digest"',  # no key of an instance
        episode=episode,
        sequence=1,
        kind=Special.DIGEST,
        status=Status.LEASED,
        created_at=now,
        due_at=now,
        message=compose(found, head, identity),
        reason=None,
        detail=None,
        attempt=0,
        lease_until=lease_until,
        settled_at=None,
        receipt=None,
        degraded=False,
        digest=None,
    )


def compose_digest(found: Bundle, head: Delivery, identity: str, markup: Markup, now: dt.datetime) -> Message:
    """The message for *found* in *markup*."""
    alerts = _alerts(found.told)
    about = _about(found.told, head.group)
    texts = [_lines(about, head.group, alerts, found.told, room) for room in ROOMS]
    plain = PLAIN.shortest(write(each, PLAIN) for each in texts)
    rich = None if markup is PLAIN else markup.shortest(write(each, markup) for each in texts)
    first = _ordered(found.told)[0]
    ended = all(each.state == "resolved" for each in found.told)
    return Message(
        subject=about,
        title=f"DIGEST: {about}",
        text=plain or about,
        rich=rich,
        kind=str(Special.DIGEST),
        state="resolved" if ended else first.state,
        severity=first.severity,
        episode=EPISODE + identity.removeprefix("dlv_")[:24],
        delivery=identity,
        alert=head.message.alert if len(alerts) == 1 else {**head.message.alert, "name": about},
        rows=tuple(alerts[:MOST_MEMBERS]),
        links=_links(head) if len(alerts) == 1 else (),
        members=tuple(map(_member, _ordered(found.told)[:MOST_MEMBERS])),
        truncated=max(0, len(found.told) - MOST_MEMBERS),
        starts_at=min(each.starts_at for each in found.told),
        ends_at=rfc3339(now) if ended else None,
        sent_at=rfc3339(now),
    )


def composing(markup: Markup, now: dt.datetime) -> Compose:
    """Digests in *markup* as of *now*."""
    return lambda found, head, identity: compose_digest(found, head, identity, markup, now)


def _ordered(told: Iterable[Item]) -> list[Item]:
    """What still fires before what is over, the gravest and newest first."""
    newest = sorted(told, key=lambda one: one.starts_at, reverse=True)
    return sorted(newest, key=lambda one: (one.state == "resolved", one.gravity))


def _alerts(told: Sequence[Item]) -> list[dict[str, Plain]]:
    """`{"alert": …, "severity": …, "firing": 120, "resolved": 3}` of each alert, in order of its gravest."""
    counted: dict[str, Counter[str]] = {}
    first: dict[str, Item] = {}
    for each in _ordered(told):
        first.setdefault(each.alert_id, each)
        counted.setdefault(each.alert_id, Counter())[each.state] += 1
    return [
        {"alert": one.alert, "severity": one.severity, **{name: counted[key][name] for name in STATES}}
        for key, one in first.items()
    ]


def _about(told: Sequence[Item], group: str | None) -> str:
    """`High error rate: 120 firing, 3 resolved`, or of how many alerts."""
    names = {each.alert_id: each.alert for each in told}
    what = cut(one_line(next(iter(names.values()))), 100) if len(names) == 1 else f"{len(names):,} alerts"
    if group == AWAY:
        return f"While we were away: {len(told):,} episodes of {what} began and ended"
    return f"{what}: {_counts(Counter(each.state for each in told))}"


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{counted[name]:,} {WORDS.get(name, name)}" for name in STATES if counted.get(name))


def _lines(
    about: str,
    group: str | None,
    alerts: Sequence[Mapping[str, Plain]],
    told: Sequence[Item],
    room: tuple[int, int],
) -> list[Line]:
    shown, titles = room
    written: list[Line] = [(Piece(f"DIGEST: {about}", "bold"),)]
    if group not in (None, AWAY):
        written.append((Piece(cut(one_line(str(group)), 300)),))
    if len(alerts) > 1:
        for each in alerts[:shown]:
            name = cut(one_line(str(each["alert"])), 100)
            written.append((Piece(f"{name} ({each['severity']}): {_counts(each)}"),))
        if len(alerts) > shown:
            written.append((Piece(f"… and {len(alerts) - shown:,} more alerts"),))
    written += [(Piece(f"· {cut(one_line(one.title), 160)}"),) for one in _ordered(told)[:titles]]
    if titles and len(told) > titles:
        written.append((Piece(f"… and {len(told) - titles:,} more"),))
    return written


def _links(head: Delivery) -> tuple[Link, ...]:
    """Those of *head* that hold for its whole alert; what is of one episode is left out."""
    return tuple(link for link in head.message.links if link.kind in ("alert", "mute", "runbook"))


def _member(item: Item) -> dict[str, Plain]:
    return {
        "alert": item.alert,
        "alert_id": item.alert_id,
        "state": item.state,
        "severity": item.severity,
        "title": item.title,
        "labels": dict(item.labels),
        "episode": item.episode,
        "starts_at": item.starts_at,
        "ends_at": item.ends_at,
    }
