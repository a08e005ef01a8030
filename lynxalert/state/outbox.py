"""The outbox at rest: what is owed, claimed in order within an episode, settled for good.

Implements `lynxalert.notify.outbox.Outbox`. Whether and when to send is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec
from lynxalert.notify.digest import Compose, bundle, digest_of
from lynxalert.notify.model import Delivery, Status, Target
from lynxalert.notify.news import is_news
from lynxalert.notify.outbox import Lane
from lynxalert.notify.wellbeing import ChannelHealth, after, news_of
from lynxalert.state import chronicle, claiming, gathering, notices, rewound, wellbeing
from lynxalert.state.claiming import LEASED, is_head
from lynxalert.state.database import Database
from lynxalert.state.deliveries import WAITING, delivery, is_free_to_go, passed, progress, rows_of
from lynxalert.state.lots import lots
from lynxalert.state.many import Many
from lynxalert.state.tables import attempts, deliveries

# `which` is the delivery; the columns are those of `progress`.
_SETTLE = update(deliveries).where(deliveries.c.id == bindparam("which"))
_ENQUEUE = Many(
    insert(deliveries).on_conflict_do_nothing(), [each.name for each in deliveries.c if each.name != "number"]
)


async def enqueue(tx: AsyncConnection, owed: Sequence[Delivery]) -> None:
    """Add deliveries within the transaction that commits their transitions; one that is there already stays."""
    await _ENQUEUE.execute(tx, rows_of(owed))


async def store(tx: AsyncConnection, changed: Sequence[Delivery], now: dt.datetime | None = None) -> None:
    """Write deliveries as they are at *now* (when they were settled, unless said), and log the attempts behind them.

    The chronicle keeps why one was suppressed or held, or had failed, before it became something else.
    """
    for part in lots(changed):
        await _log(tx, part)
        await _remember(tx, part, now)
        await tx.execute(_SETTLE, [{"which": each.id, **progress(each)} for each in part])
    for each in changed:
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
            .where(_is_due(now), is_head(), _is_free(now))
            .group_by(deliveries.c.destination)
            .order_by(func.min(deliveries.c.due_at), deliveries.c.destination)
        )
        async with self._database.read() as tx:
            return (await tx.execute(found)).scalars().all()

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        """Lease the longest waiting due deliveries of *destination* that head their lanes, at most *most*."""
        others = self._error_channels()
        return await self._database.write(
            lambda tx: claiming.claim(tx, destination, now, lease_until, most, others)
        )

    async def release(self, lanes: Sequence[Lane]) -> None:
        """Give back lanes that were claimed and not tried: due as they were."""
        heads = [each.deliveries[0].id for each in lanes]
        await self._database.write(lambda tx: claiming.release(tx, heads))

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

    async def settle(self, settled: Sequence[Delivery]) -> bool:
        """Store deliveries as they now are, log the attempts behind them, and note what they say of channels.

        Whether error channels are owed news by that.
        """

        async def work(tx: AsyncConnection) -> tuple[dict[Target, ChannelHealth], bool]:
            await store(tx, settled)
            noted: dict[Target, ChannelHealth] = {}
            told = False
            for each in settled:
                before = noted.get(each.target) or self.health_of(each.target)
                now = noted[each.target] = after(before, each)
                news = news_of(before, now)
                if news is not None and each.settled_at is not None and not is_news(each):
                    specs = self._error_channels()
                    told |= bool(await notices.owe(tx, news, specs, each.settled_at, but=each.target))
            for place, now in noted.items():
                if now != self.health_of(place):
                    await wellbeing.save(tx, now)
            return noted, told

        noted, told = await self._database.write(work)
        self.health |= noted
        return told

    async def learn(self) -> None:
        """Learn how channels were when it was last noted."""
        async with self._database.read() as tx:
            for each in await wellbeing.every(tx):
                self.health.setdefault(each.target, each)

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
        waiting = and_(deliveries.c.status.in_(WAITING), deliveries.c.due_at > now, is_free_to_go())
        leased = and_(deliveries.c.status == LEASED, deliveries.c.lease_until > now)
        async with self._database.read() as tx:
            instants = [
                (await tx.execute(select(func.min(deliveries.c.due_at)).where(waiting))).scalar(),
                (await tx.execute(select(func.min(deliveries.c.lease_until)).where(leased))).scalar(),
            ]
        return min((each for each in instants if each is not None), default=None)

    async def rewind(self, now: dt.datetime, by: dt.timedelta) -> int:
        """Bring near what waits for an instant of a clock that was set back to *now*; how many deliveries."""
        return await self._database.write(lambda tx: rewound.rewind(tx, now, by))

    async def reclaim(self) -> int:
        """Make every lease due at once, and learn how channels are: called on start, when who held them is dead."""
        await self.learn()

        async def work(tx: AsyncConnection) -> int:
            # `due_at` was reached before the lease began; a delivery without one cannot have been leased.
            freed = update(deliveries).where(deliveries.c.status == LEASED)
            outcome = await tx.execute(freed.values(status=str(Status.RETRYING), lease_until=None))
            return outcome.rowcount

        return await self._database.write(work)


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    waiting = and_(deliveries.c.status.in_(WAITING), deliveries.c.due_at <= now, is_free_to_go())
    return or_(waiting, and_(deliveries.c.status == LEASED, deliveries.c.lease_until <= now))


def _is_free(now: dt.datetime) -> ColumnElement[bool]:
    """Nothing is in flight to the same destination."""
    flying = deliveries.alias("flying")
    return ~exists().where(
        flying.c.destination == deliveries.c.destination,
        flying.c.status == LEASED,
        flying.c.lease_until > now,
    )


async def _remember(tx: AsyncConnection, changed: Sequence[Delivery], now: dt.datetime | None) -> None:
    """What each of *changed* was until *now*, if that had a reason."""
    becomes = {each.id: each for each in changed}
    reasoned = select(deliveries).where(deliveries.c.id.in_(becomes), deliveries.c.reason.is_not(None))
    kept = []
    for was in map(delivery, (await tx.execute(reasoned)).mappings()):
        each = becomes[was.id]
        if (was.status, was.reason) != (each.status, each.reason):
            until = now or each.settled_at or each.created_at
            kept.append((was.settled_at or was.created_at, passed(was, until)))
    if kept:
        await chronicle.held(tx, kept)


async def _log(tx: AsyncConnection, settled: Sequence[Delivery]) -> None:
    """One line per attempt that ended; a delivery settled without one has none."""
    d = deliveries.c
    ids = [each.id for each in settled if each.settled_at is not None]
    before = {row.id: row.attempt for row in await tx.execute(select(d.id, d.attempt).where(d.id.in_(ids)))}
    lines = [
        {
            "delivery_id": each.id,
            "attempt": each.attempt,
            "at": each.settled_at,
            "status": str(each.status),
            "reason": str(each.reason) if each.reason is not None else None,
            "detail": each.detail,
        }
        for each in settled
        if each.settled_at is not None and before.get(each.id) != each.attempt
    ]
    if lines:
        await tx.execute(insert(attempts), lines)
