"""A delivery ↔ its row, and the channel behind it. Nothing but the translation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.message import Message, Plain
from lynxalert.notify.model import Delivery, Special, Status, Target
from lynxalert.notify.queueing import target_of
from lynxalert.notify.routing import SILENCING
from lynxalert.state import codec
from lynxalert.state.chronicle import Matter, Note
from lynxalert.state.tables import deliveries

OWED = tuple(str(status) for status in Status if status.is_owed)
WAITING = (str(Status.QUEUED), str(Status.RETRYING))  # owed, and nobody is sending it
HELD = tuple(map(str, SILENCING))  # why what is owed waits until it is thought of again
_SPECIAL = frozenset(map(str, Special))
ACCEPTED = (str(Status.DELIVERED), str(Status.COLLAPSED))


def is_free_to_go() -> ColumnElement[bool]:
    """Nothing holds it: an end that is silenced stays owed, and is no business of the sender's."""
    return or_(deliveries.c.reason.is_(None), deliveries.c.reason.not_in(HELD))


def is_kept_quiet() -> ColumnElement[bool]:
    """A suppressed message, or an end that is held."""
    held = and_(deliveries.c.status == str(Status.QUEUED), deliveries.c.reason.in_(HELD))
    return or_(deliveries.c.status == str(Status.SUPPRESSED), held)


def columns(delivery: Delivery) -> dict[str, Any]:
    """The row of *delivery*."""
    return _columns(delivery, delivery.message.as_json())


def _columns(delivery: Delivery, message: Mapping[str, Plain]) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "alert_id": delivery.alert_id,
        "key": delivery.key,
        "episode": delivery.episode,
        "sequence": delivery.sequence,
        "type": delivery.target.type,
        "name": delivery.target.name,
        "destination": delivery.target.destination,
        "stateful": delivery.target.stateful,
        "kind": str(delivery.kind),
        "message": codec.written_plain(message),
        **progress(delivery),
    }


def rows_of(owed: Sequence[Delivery]) -> list[dict[str, Any]]:
    """The rows of *owed*; what messages say of an alert is written once for all that share it."""
    alerts: dict[int, codec.Written] = {}
    found = []
    for each in owed:
        facts, message = each.message.alert, each.message.as_json()
        if id(facts) not in alerts:
            alerts[id(facts)] = codec.written_plain(facts)
        message["alert"] = alerts[id(facts)]
        found.append(_columns(each, message))
    return found


def progress(delivery: Delivery) -> dict[str, Any]:
    """The columns that change after it was queued. Never its message: that is rendered once."""
    return {
        "created_at": delivery.created_at,
        "status": str(delivery.status),
        "reason": str(delivery.reason) if delivery.reason is not None else None,
        "detail": delivery.detail,
        "attempt": delivery.attempt,
        "degraded": delivery.degraded,
        "due_at": delivery.due_at,
        "lease_until": delivery.lease_until,
        "settled_at": delivery.settled_at,
        "receipt": delivery.receipt,
        "group": delivery.group,
        "digest": delivery.digest,
    }


def delivery(row: RowMapping) -> Delivery:
    """The delivery of *row*."""
    return Delivery(
        id=row["id"],
        alert_id=row["alert_id"],
        key=row["key"],
        episode=row["episode"],
        sequence=row["sequence"],
        target=target(row),
        kind=kind_of(row["kind"]),
        message=Message.from_json(row["message"]),
        created_at=row["created_at"],
        status=Status(row["status"]),
        reason=row["reason"],
        detail=row["detail"],
        attempt=row["attempt"],
        degraded=row["degraded"],
        due_at=row["due_at"],
        lease_until=row["lease_until"],
        settled_at=row["settled_at"],
        receipt=row["receipt"],
        group=row["group"],
        digest=row["digest"],
    )


def passed(was: Delivery, now: dt.datetime) -> Note:
    """What the chronicle keeps of *was*, which became something else at *now*."""
    body = {"status": str(was.status), "reason": was.reason and str(was.reason), "detail": was.detail}
    return Note(Matter.DELIVERY, was.alert_id, was.id, body, now)


def kind_of(word: str) -> Kind | Special:
    """What *word* stands for."""
    return Special(word) if word in _SPECIAL else Kind(word)


def target(row: RowMapping) -> Target:
    """Where the delivery of *row* goes."""
    return Target(row["type"], row["name"], row["destination"], row["stateful"])


def channel_of(specs: Sequence[ChannelSpec], target: Target) -> ChannelSpec | None:
    """The configuration behind *target*: the one that leads there, else one of the same type and name."""
    named = [each for each in specs if (each.type, each.name) == (target.type, target.name)]
    for each in named:
        leads = target_of(each)
        if leads is not None and leads.destination == target.destination:
            return each
    return named[0] if named else None
