"""What the people who run the daemon should know → deliveries to the error channels: what broke, and when it works again. Pure.

News begins and ends as an alert does, by the same rules: an end goes to whoever accepted the start. News is never
made of the fate of news.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from lynxalert.alerts.health import Notice, NoticeKind
from lynxalert.alerts.model import Alert, ChannelSpec, Kind
from lynxalert.clock import rfc3339
from lynxalert.notify.channel import target
from lynxalert.notify.facts import alert_facts
from lynxalert.notify.layout import Piece, write
from lynxalert.notify.markup import PLAIN, Markup, cut, one_line
from lynxalert.notify.message import Message, Plain
from lynxalert.notify.model import Delivery, Status, delivery_id
from lynxalert.notify.queueing import made

EPISODE = "notice-"
LONGEST = 1000
OURSELVES: Mapping[str, Plain] = {"id": "lynxalert", "name": "LynxAlert", "description": "", "labels": {}}


@dataclass(frozen=True, slots=True)
class News:
    """One thing to know. *topic* and *about* name it: `alert_error`, an alert's id. *is_over*: it works again."""

    topic: str
    about: str
    title: str
    text: str
    at: dt.datetime
    is_over: bool = False
    alert_id: str = ""
    alert: Mapping[str, Plain] = field(default_factory=lambda: OURSELVES)

    @property
    def key(self) -> str:
        """Stands where other deliveries have the key of an instance; never one of those."""
        return json.dumps(f"{self.topic}: {self.about}", ensure_ascii=False)


def of_alert(alert: Alert, notice: Notice) -> News:
    """An alert that cannot do its work, or can again."""
    over = notice.kind is NoticeKind.ALERT_RECOVERED
    return News(
        topic=str(NoticeKind.ALERT_ERROR),
        about=f"{alert.id} {notice.cause}",
        title=f"{alert.name}: {'works again' if over else 'cannot do its work'}",
        text=notice.message,
        at=notice.at,
        is_over=over,
        alert_id=alert.id,
        alert=alert_facts(alert),
    )


def is_news(delivery: Delivery) -> bool:
    """Whether *delivery* tells news."""
    return delivery.episode.startswith(EPISODE)


def begun(news: News) -> str:
    """The episode that begins with *news*."""
    parts = "\x00".join((news.key, news.alert_id, rfc3339(news.at)))
    return EPISODE + hashlib.sha256(parts.encode()).hexdigest()[:24]


def news_delivery(news: News, spec: ChannelSpec, episode: str, now: dt.datetime) -> Delivery | None:
    """What is owed through *spec*; None where that is not configured."""
    channel = made(spec)
    if channel is None or not spec.enabled:
        return None
    to, sequence = target(channel, spec.name), 2 if news.is_over else 1
    identity = delivery_id(episode, sequence, to)
    return Delivery(
        id=identity,
        alert_id=news.alert_id,
        key=news.key,
        episode=episode,
        sequence=sequence,
        target=to,
        kind=Kind.RESOLVED if news.is_over else Kind.FIRED,
        status=Status.QUEUED,
        created_at=now,
        due_at=now,
        message=_message(news, channel.markup, episode, identity),
    )


def _message(news: News, markup: Markup, episode: str, identity: str) -> Message:
    subject = cut(one_line(news.title), 200)
    title = f"{'OK' if news.is_over else 'TROUBLE'}: {subject}"
    texts = [
        [(Piece(title, "bold"),), (Piece(cut(news.text, length)),)] for length in (LONGEST, LONGEST // 4, 0)
    ]
    plain = write(texts[0], PLAIN)
    rich = None if markup is PLAIN else markup.shortest(write(each, markup) for each in texts)
    return Message(
        subject=subject,
        title=title,
        text=plain,
        rich=rich,
        kind=news.topic,
        state="resolved" if news.is_over else "firing",
        severity="error",
        episode=episode,
        delivery=identity,
        alert=news.alert,
        starts_at=rfc3339(news.at),
        ends_at=rfc3339(news.at) if news.is_over else None,
        sent_at=rfc3339(news.at),
    )
