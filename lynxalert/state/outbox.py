"""The outbox at rest: what is owed, claimed in order within an episode, settled for good.

Implements `lynxalert.notify.outbox.Outbox`. Whether and when to send is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.digest import Compose, bundle, digest_of
from lynxalert.notify.model import Delivery, Status, Target
from lynxalert.notify.news import is_news
from lynxalert.notify.outbox import Lane
from lynxalert.notify.wellbeing import ChannelHealth, after, news_of
from lynxalert.state import chronicle, definitions, gathering, notices, wellbeing
from lynxalert.state.database import Database
from lynxalert.state.deliveries import ACCEPTED, OWED, channel_of, columns, delivery, passed, progress
from lynxalert.state.tables import attempts, deliveries

_WAITING = (str(Status.QUEUED), str(Status.RETRYING))
_LEASED = str(Status.LEASED)


async def enqueue(tx: AsyncConnection, owed: Sequence[Delivery]) -> None:
    """Add deliveries within the transaction that commits their transitions; one that is there already stays."""
    if owed:
        await tx.execute(insert(deliveries).on_conflict_do_nothing(), [columns(each) for each in owed])


async def store(tx: AsyncConnection, changed: Sequence[Delivery], now: dt.datetime | None = None) -> None:
    """Write deliveries as they are at *now* (when they were settled, unless said), and log the attempts behind them.

    The chronicle keeps why one was suppressed or held, or had failed, before it became something else.
    """
    for each in changed:
        await _log(tx, each)
        await _remember(tx, each, now or each.settled_at or each.created_at)
        await tx.execute(update(deliveries).where(deliveries.c.id == each.id).values(progress(each)))
        if each.is_digest:
            await gathering.unbind(tx, each)


class StoredOutbox:
    """The outbox in the state file."""

    def __init__(
        self, database: Database, error_channels: Callable[[], Sequence[ChannelSpec]] = tuple
    ) -> None:
        self._database = database
        self._error_channels = error_channels
        self.health: dict[Target, ChannelHealth] = {}

    async def destinations(self, now: dt.datetime) -> Sequence[str]:
        """The destinations with something due at *now* and nothing in flight, longest waiting first."""
        found = (
            select(deliveries.c.destination)
            .where(_is_due(now), _is_head(), _is_free(now))
            .group_by(deliveries.c.destination)
            .order_by(func.min(deliveries.c.due_at), deliveries.c.destination)
        )
        async with self._database.read() as tx:
            return (await tx.execute(found)).scalars().all()

    async def claim(self, destination: str, now: dt.datetime, lease_until: dt.datetime) -> Lane | None:
        """Lease the longest waiting due delivery of *destination* that heads its lane, or None."""

        async def work(tx: AsyncConnection) -> Lane | None:
            head = (
                select(deliveries.c.id, deliveries.c.episode)
                .where(deliveries.c.destination == destination, _is_due(now), _is_head(), _is_free(now))
                .order_by(deliveries.c.due_at, deliveries.c.number)
                .limit(1)
            )
            row = (await tx.execute(head)).first()
            if row is None:
                return None
            leased = {"status": _LEASED, "lease_until": lease_until}
            await tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(leased))
            return await _lane(tx, row.id, self._error_channels())

        return await self._database.write(work)

    async def waiting_at(self, target: Target, now: dt.datetime, most: int) -> int:
        """How many deliveries *target* could be sent; *most* if there are more."""
        async with self._database.read() as tx:
            return await gathering.waiting_at(tx, target, now, most)

    async def gather(
        self,
        head: Delivery,
        now: dt.datetime,
        lease_until: dt.datetime,
        compose: Compose,
        *,
        group: str | None,
    ) -> Delivery | None:
        """Put one digest in the place of *head* and what could be sent with it."""

        async def work(tx: AsyncConnection) -> Delivery | None:
            found = bundle(await gathering.items(tx, head, now, group=group))
            if len(found.told) < 2:  # one is no digest
                return None
            digest = digest_of(replace(head, group=group), found, now, lease_until, compose)
            await gathering.bind(tx, digest, found.members)
            await gathering.drop(tx, found.dropped, now)
            return digest

        return await self._database.write(work)

    async def settle(self, settled: Sequence[Delivery]) -> None:
        """Store deliveries as they now are, log the attempts behind them, and note what they say of channels."""

        async def work(tx: AsyncConnection) -> dict[Target, ChannelHealth]:
            await store(tx, settled)
            noted: dict[Target, ChannelHealth] = {}
            for each in settled:
                before = noted.get(each.target) or self.health_of(each.target)
                now = noted[each.target] = after(before, each)
                if now != before:
                    await wellbeing.save(tx, now)
                news = news_of(before, now)
                if news is not None and each.settled_at is not None and not is_news(each):
                    await notices.owe(tx, news, self._error_channels(), each.settled_at, but=each.target)
            return noted

        self.health |= await self._database.write(work)

    def health_of(self, target: Target) -> ChannelHealth:
        """How *target* is, as far as is known."""
        return self.health.get(target) or ChannelHealth(target)

    async def tested(self, target: Target, at: dt.datetime, found: str) -> None:
        """Remember that *target* was tested."""
        now = replace(self.health_of(target), tested_at=at, tested=found)
        await self._database.write(lambda tx: wellbeing.save(tx, now))
        self.health[target] = replace(self.health_of(target), tested_at=at, tested=found)

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """When the next delivery or lease after *now* falls due, or None."""
        waiting = and_(deliveries.c.status.in_(_WAITING), deliveries.c.due_at > now)
        leased = and_(deliveries.c.status == _LEASED, deliveries.c.lease_until > now)
        async with self._database.read() as tx:
            instants = [
                (await tx.execute(select(func.min(deliveries.c.due_at)).where(waiting))).scalar(),
                (await tx.execute(select(func.min(deliveries.c.lease_until)).where(leased))).scalar(),
            ]
        return min((each for each in instants if each is not None), default=None)

    async def reclaim(self) -> int:
        """Make every lease due at once, and learn how channels are: called on start, when who held them is dead."""
        async with self._database.read() as tx:
            self.health |= {each.target: each for each in await wellbeing.every(tx)}

        async def work(tx: AsyncConnection) -> int:
            # `due_at` was reached before the lease began; a delivery without one cannot have been leased.
            freed = update(deliveries).where(deliveries.c.status == _LEASED)
            outcome = await tx.execute(freed.values(status=str(Status.RETRYING), lease_until=None))
            return outcome.rowcount

        return await self._database.write(work)


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    waiting = and_(deliveries.c.status.in_(_WAITING), deliveries.c.due_at <= now)
    return or_(waiting, and_(deliveries.c.status == _LEASED, deliveries.c.lease_until <= now))


def _is_head() -> ColumnElement[bool]:
    """Nothing earlier of the same episode is owed to the same target."""
    earlier = deliveries.alias("earlier")
    return ~exists().where(
        earlier.c.episode == deliveries.c.episode,
        earlier.c.type == deliveries.c.type,
        earlier.c.name == deliveries.c.name,
        earlier.c.destination == deliveries.c.destination,
        earlier.c.sequence < deliveries.c.sequence,
        earlier.c.status.in_(OWED),
    )


def _is_free(now: dt.datetime) -> ColumnElement[bool]:
    """Nothing is in flight to the same destination."""
    flying = deliveries.alias("flying")
    return ~exists().where(
        flying.c.destination == deliveries.c.destination,
        flying.c.status == _LEASED,
        flying.c.lease_until > now,
    )


async def _lane(tx: AsyncConnection, head_id: str, others: Sequence[ChannelSpec]) -> Lane:
    row = (await tx.execute(select(deliveries).where(deliveries.c.id == head_id))).mappings().one()
    head = delivery(row)
    same = and_(
        deliveries.c.episode == head.episode,
        deliveries.c.type == head.target.type,
        deliveries.c.name == head.target.name,
        deliveries.c.destination == head.target.destination,
    )
    owed = select(deliveries).where(same, deliveries.c.status.in_(OWED)).order_by(deliveries.c.sequence)
    accepted = (
        select(deliveries.c.receipt)
        .where(same, deliveries.c.status.in_(ACCEPTED), deliveries.c.kind != str(Kind.RESOLVED))
        .order_by(deliveries.c.receipt.is_(None), deliveries.c.sequence)
    )
    first = (await tx.execute(accepted.limit(1))).first()
    return Lane(
        tuple(map(delivery, (await tx.execute(owed)).mappings())),
        first is not None,
        channel_of((*await definitions.channels(tx, head.alert_id), *others), head.target),
        first.receipt if first is not None else None,
    )


async def _remember(tx: AsyncConnection, now_is: Delivery, now: dt.datetime) -> None:
    """What *now_is* was until *now*, if that had a reason."""
    row = (await tx.execute(select(deliveries).where(deliveries.c.id == now_is.id))).mappings().first()
    if row is None or row["reason"] is None:
        return
    was = delivery(row)
    if (was.status, was.reason) != (now_is.status, now_is.reason):
        await chronicle.held(tx, [(was.settled_at or was.created_at, passed(was, now))])


async def _log(tx: AsyncConnection, settled: Delivery) -> None:
    """One line per attempt that ended; a delivery settled without one has none."""
    before = select(deliveries.c.attempt).where(deliveries.c.id == settled.id)
    if settled.settled_at is None or (await tx.execute(before)).scalar() == settled.attempt:
        return
    line = {
        "delivery_id": settled.id,
        "attempt": settled.attempt,
        "at": settled.settled_at,
        "status": str(settled.status),
        "reason": str(settled.reason) if settled.reason is not None else None,
        "detail": settled.detail,
    }
    await tx.execute(insert(attempts).values(line))
