"""Lane → what to do with it next: send its first delivery, collapse a start into its end, or drop an end. Pure.

The decision falls here and not when the end is queued, because only now is it known whether the start arrived.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TypeAlias

from lynxalert.notify.model import Delivery, Quiet, Status
from lynxalert.notify.outbox import Lane


@dataclass(frozen=True, slots=True)
class Send:
    """Send *delivery* now."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Drop:
    """Settle *deliveries* as they are given, and send nothing."""

    deliveries: tuple[Delivery, ...]


Action: TypeAlias = Send | Drop


def next_action(lane: Lane, now: dt.datetime) -> Action:
    """What *lane* needs.

    An end that no start precedes is dropped. Where an episode has ended before a chat heard of it, everything
    before the end is collapsed into it, and the end tells both; a place that keeps incidents open gets all.
    """
    head = lane.deliveries[0]
    if head.is_end:
        return Send(head) if lane.accepted else Drop((_final(head, Status.SUPPRESSED, now),))
    ended = any(delivery.is_end for delivery in lane.deliveries)
    if ended and not lane.accepted and not head.target.stateful:
        return Drop(tuple(_final(one, Status.COLLAPSED, now) for one in lane.deliveries if not one.is_end))
    return Send(head)


def _final(delivery: Delivery, status: Status, now: dt.datetime) -> Delivery:
    reason = Quiet.START_NOT_ACCEPTED if status is Status.SUPPRESSED else None
    return replace(delivery, status=status, reason=reason, due_at=None, lease_until=None, settled_at=now)
