"""Somebody acknowledged an episode → deliveries that tell the places which ring until they hear of it. Pure.

Only where the start was accepted: elsewhere there is nothing to acknowledge. Such a delivery stands in a lane of its own,
so that an end never waits for it; a provider that hears it after the end has nothing left to acknowledge, and drops it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace

from lynxalert.clock import rfc3339
from lynxalert.notify.channel import channels
from lynxalert.notify.markup import one_line
from lynxalert.notify.model import Delivery, Special, Status, delivery_id

EPISODE = "ack-"


def acknowledgements(
    accepted: Iterable[Delivery], who: str, note: str, now: dt.datetime
) -> tuple[Delivery, ...]:
    """What is owed for an acknowledgement by *who* at *now*; *accepted* is what was delivered of the episode."""
    first = {each.target: each for each in reversed(list(accepted))}
    return tuple(_told(each, who, note, now) for each in first.values() if _listens(each))


def _listens(start: Delivery) -> bool:
    known = channels()
    return start.target.type in known and known[start.target.type].acknowledges


def _told(start: Delivery, who: str, note: str, now: dt.datetime) -> Delivery:
    named = hashlib.sha256(f"{start.episode}\x00{rfc3339(now)}".encode()).hexdigest()[:24]
    identity = delivery_id(EPISODE + named, 1, start.target)
    by = f"Acknowledged by {who or 'somebody'}" + (f": {note}" if note else "")
    message = replace(
        start.message,
        kind=str(Special.ACKNOWLEDGED),
        title=f"ACKNOWLEDGED: {start.message.subject}",
        text=one_line(by),
        rich=None,
        payload=None,
        delivery=identity,
        sent_at=rfc3339(now),
    )
    return replace(
        start,
        id=identity,
        episode=EPISODE + named,
        sequence=1,
        kind=Special.ACKNOWLEDGED,
        status=Status.QUEUED,
        created_at=now,
        due_at=now,
        message=message,
        reason=None,
        detail=None,
        attempt=0,
        lease_until=None,
        settled_at=None,
        receipt=None,
        degraded=False,
        group=None,
        digest=None,
    )
