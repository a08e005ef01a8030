"""An outbox in memory: the contract of `lynxalert.notify.outbox`, written for reading, not for speed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace

from lynxalert.alerts.model import Alert, ChannelSpec
from lynxalert.notify.digest import Compose, Item, bundle, digest_of
from lynxalert.notify.model import Delivery, Quiet, Special, Start, Status, Target
from lynxalert.notify.outbox import Lane
from lynxalert.notify.queueing import target_of


class Ledger:
    """Deliveries by id, and the configuration of every target they were ever owed to."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}
        self.specs: dict[Target, ChannelSpec] = {}
        self.settlements = 0

    def enqueue(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        for spec in alert.channels:
            target = target_of(spec)
            if target is not None:
                self.specs[target] = spec
        for delivery in deliveries:
            self.rows.setdefault(delivery.id, delivery)

    def all(self) -> list[Delivery]:
        return sorted(self.rows.values(), key=lambda one: (one.created_at, one.episode, one.sequence, one.id))

    def starts(self) -> list[Start]:
        rank = [
            Status.DELIVERED,
            Status.COLLAPSED,
            Status.LEASED,
            Status.QUEUED,
            Status.RETRYING,
            Status.SUPPRESSED,
            Status.FAILED,
        ]
        found: dict[tuple[str, Target], Start] = {}
        for row in self.all():
            if row.is_end:
                continue
            at = (row.episode, row.target)
            accepted = row.settled_at if row.status is Status.DELIVERED else None
            start = Start(row.key, row.episode, row.target, row.status, accepted, self.specs.get(row.target))
            known = found.get(at)
            if known is None or rank.index(row.status) < rank.index(known.status):
                found[at] = start
        return list(found.values())

    async def destinations(self, now: dt.datetime) -> Sequence[str]:
        due = sorted((row for row in self._heads() if self._due(row, now)), key=self._when)
        return list(dict.fromkeys(row.target.destination for row in due))

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        due = [row for row in self._heads() if row.target.destination == destination and self._due(row, now)]
        return [self._leased(head, lease_until) for head in sorted(due, key=self._when)[:most]]

    async def release(self, lanes: Sequence[Lane]) -> None:
        for lane in lanes:
            head = lane.deliveries[0]
            self.rows[head.id] = replace(head, status=Status.RETRYING, lease_until=None)

    def _leased(self, head: Delivery, lease_until: dt.datetime) -> Lane:
        leased = replace(head, status=Status.LEASED, lease_until=lease_until)
        self.rows[head.id] = leased
        rest = [row for row in self._owed(head) if row.id != head.id]
        told = (Status.DELIVERED, Status.COLLAPSED)
        accepted = any(
            row.status in told and not row.is_end for row in self.rows.values() if self._same(row, head)
        )
        receipts = [row.receipt for row in self.all() if self._same(row, head) and row.status in told]
        receipt = next((one for one in receipts if one), None)
        return Lane((leased, *rest), accepted, self.specs.get(head.target), receipt)

    async def waiting_at(self, target: Target, now: dt.datetime, most: int) -> int:
        waiting = [row for row in self._ready(target, now) if row.status is not Status.LEASED]
        return min(most, len(waiting))

    async def gather(
        self,
        head: Delivery,
        now: dt.datetime,
        lease_until: dt.datetime,
        compose: Compose,
        *,
        group: str | None,
    ) -> Delivery | None:
        rows = [row for row in self._ready(head.target, now) if group is None or row.group == group]
        found = bundle(map(self._item, rows))
        if len(found.told) < 2:
            return None
        digest = digest_of(replace(head, group=group), found, now, lease_until, compose)
        for name in found.members:
            changed = {"status": Status.QUEUED, "reason": Quiet.DIGEST, "due_at": None, "lease_until": None}
            self.rows[name] = replace(self.rows[name], digest=digest.id, **changed)
        for name in found.dropped:
            dropped = replace(self.rows[name], status=Status.SUPPRESSED, reason=Quiet.START_NOT_ACCEPTED)
            self.rows[name] = replace(dropped, due_at=None, lease_until=None, settled_at=now)
        self.rows[digest.id] = digest
        return digest

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        self.settlements += 1
        for delivery in deliveries:
            self.rows[delivery.id] = delivery
            if delivery.is_digest and not delivery.status.is_owed:
                told = delivery.status is Status.DELIVERED
                for row in [one for one in self.rows.values() if one.digest == delivery.id]:
                    status = Status.COLLAPSED if told else Status.FAILED
                    reason = Quiet.DIGEST if told else delivery.reason
                    self.rows[row.id] = replace(
                        row,
                        status=status,
                        reason=reason,
                        detail=delivery.detail,
                        settled_at=delivery.settled_at,
                    )
        return False

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        return min((when for row in self._heads() if (when := self._when(row)) > now), default=None)

    async def rewind(self, now: dt.datetime, by: dt.timedelta) -> int:
        moved = 0
        for row in list(self.rows.values()):
            touched = max(row.created_at, row.settled_at or row.created_at)
            waits = row.status in (Status.QUEUED, Status.RETRYING) and row.due_at is not None
            if waits and row.due_at is not None and row.due_at > now and touched > now:
                self.rows[row.id] = replace(row, due_at=row.due_at - max(by, touched - now))
                moved += 1
        return moved

    async def reclaim(self) -> int:
        leased = [row for row in self.rows.values() if row.status is Status.LEASED]
        for row in leased:
            self.rows[row.id] = replace(row, status=Status.RETRYING, lease_until=None)
        return len(leased)

    def _ready(self, target: Target, now: dt.datetime) -> list[Delivery]:
        """What could be sent to *target* now, leased or not, lane by lane: up to the first that waits."""
        ready = []
        for head in self._heads():
            if head.target == target and not head.is_digest:
                lane = self._owed(head)
                ready += itertools.takewhile(lambda row: row.due_at is not None and row.due_at <= now, lane)
        return ready

    def _item(self, row: Delivery) -> Item:
        told = (Status.DELIVERED, Status.COLLAPSED)
        others = [one for one in self.rows.values() if self._same(one, row) and not one.is_end]
        message = row.message
        assert not isinstance(row.kind, Special)
        return Item(
            id=row.id,
            episode=row.episode,
            sequence=row.sequence,
            kind=row.kind,
            alert_id=row.alert_id,
            alert=message.alert["name"],
            state=message.state,
            severity=message.severity,
            title=message.title,
            labels=message.labels,
            starts_at=message.starts_at,
            ends_at=message.ends_at,
            accepted=any(one.status in told for one in others),
        )

    def _heads(self) -> list[Delivery]:
        owed = [row for row in self.all() if row.status.is_owed]
        heads = [row for row in owed if self._owed(row)[0].id == row.id]
        return [row for row in heads if row.due_at is not None]

    def _owed(self, row: Delivery) -> list[Delivery]:
        lane = [one for one in self.rows.values() if self._same(one, row) and one.status.is_owed]
        return sorted(lane, key=lambda one: one.sequence)

    def _same(self, one: Delivery, other: Delivery) -> bool:
        return (one.episode, one.target) == (other.episode, other.target)

    def _when(self, row: Delivery) -> dt.datetime:
        assert row.due_at is not None
        return row.lease_until if row.status is Status.LEASED and row.lease_until else row.due_at

    def _due(self, row: Delivery, now: dt.datetime) -> bool:
        return self._when(row) <= now
