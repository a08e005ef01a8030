"""Drains the outbox: due deliveries → providers → settled deliveries. One worker per destination.

Decides nothing about what is owed (`routing`) or when to try again (`retry`); time and chance are passed in. A
crash between a provider's acceptance and the settling repeats the message with the same id.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

import structlog

from lynxalert.alerts import ZERO
from lynxalert.clock import Clock
from lynxalert.daemon.gates import Gates
from lynxalert.daemon.picturing import Illustrate, leave
from lynxalert.daemon.settling import Settling
from lynxalert.notify.channel import Channel
from lynxalert.notify.digest import composing
from lynxalert.notify.http import Http
from lynxalert.notify.lanes import Drop, Send, next_action
from lynxalert.notify.model import Delivery, DeliveryError, Failure, Status
from lynxalert.notify.outbox import Lane, Outbox
from lynxalert.notify.queueing import made
from lynxalert.notify.retry import Lifetimes, Random, after_failure, after_success
from lynxalert.notify.sending import send

log = structlog.get_logger()

# What a log that shows only what is wrong must show: messages that were lost, and those in danger.
LOUDNESS = {Status.FAILED: logging.ERROR, Status.RETRYING: logging.WARNING}

SLACK = dt.timedelta(seconds=1)  # timers are not exact, and clocks are always set a little


def ignore(_: Delivery) -> None:
    """Nobody wants to hear of a settled delivery."""


class Sender:
    """Sends what is due until it is stopped. *lease* must outlast a request; *settled* hears of each outcome.

    *lifetimes* says how long messages are tried where their channel does not.
    """

    def __init__(
        self,
        outbox: Outbox,
        http: Http,
        clock: Clock,
        *,
        chance: Random = random.random,
        lease: dt.timedelta = dt.timedelta(seconds=90),
        settled: Callable[[Delivery], None] = ignore,
        illustrate: Illustrate = leave,
        lifetimes: Callable[[], Lifetimes] = Lifetimes,
    ) -> None:
        self._outbox = outbox
        self._http = http
        self._clock = clock
        self._chance = chance
        self._lease = lease
        self._settled = settled
        self._illustrate = illustrate
        self._lifetimes = lifetimes
        self._news = asyncio.Event()
        self._calls = 0
        self._stopping = False
        self._rests = False
        self.looked_at: dt.datetime | None = None  # when it last went round
        self._serving: set[str] = set()
        self._gates = Gates()
        self._alarm: asyncio.Task[None] | None = None
        self._rang: dt.datetime | None = None  # for when the alarm was set that woke it

    def wake(self) -> None:
        """Look again: deliveries were committed, or the time was changed."""
        self._calls += 1
        self._news.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns once what is under way has been settled."""
        self._stopping = True
        self._news.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, and nothing will be before the clock moves or somebody wakes it."""
        return self._rests and not self._serving and not self._news.is_set()

    async def run(self) -> None:
        """Serve every destination with something due, until stopped.

        1. Take over what a dead process had leased.
        2. Start a worker for each destination that has something due, and has none.
        3. Sleep until the next delivery falls due, or somebody wakes us.
        """
        await self._outbox.reclaim()
        await self._outbox.rewind(self._clock.now(), ZERO)  # it may have been set back while nobody was there
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                self._news.clear()
                now = await self._present()
                for destination in await self._outbox.destinations(now):
                    if destination not in self._serving and self._gates.is_open(destination, now):
                        self._serving.add(destination)
                        group.create_task(self._serve(destination, group))
                self._set_alarm(group, await self._outbox.next_due(now), now)
                self.looked_at = now
                self._rests = True
                await self._news.wait()
                self._rests = False
            self._silence_alarm()

    async def _serve(self, destination: str, group: asyncio.TaskGroup) -> None:
        """Send what is due at *destination*, one after the other, until nothing is."""
        settling = Settling(self._outbox, group, self._noted)
        try:
            while not self._stopping:
                now, heard = self._clock.now(), self._calls
                if not self._gates.is_open(destination, now):
                    return
                most = self._gates.most(destination)
                lanes = await self._outbox.claim(destination, now, now + self._lease, most)
                if not lanes and heard == self._calls:
                    return
                await self._work_off(lanes, settling)
        finally:
            # No await since the last look at `_calls`: whoever calls from now on finds no worker and makes one.
            self._serving.discard(destination)

    async def _work_off(self, lanes: Sequence[Lane], settling: Settling) -> None:
        """Send *lanes* in order; what there is no leave for any more is given back."""
        left, begun = list(lanes), self._clock.now()
        spec, channel = None, None
        while left:
            lane, now = left.pop(0), self._clock.now()
            if lane.channel is not spec:  # most often the same for all
                spec = lane.channel
                channel = made(spec) if spec is not None else None
            if self._goes_alone(lane, now) and left:
                await self._outbox.release(left)  # they may have to go out with it
                left = []
            settling.add(await self._work(lane, channel, now))
            now = self._clock.now()
            destination = lane.deliveries[0].target.destination
            late = now - begun > self._lease / 2
            if left and (self._stopping or late or not self._gates.is_open(destination, now)):
                await self._outbox.release(left)
                left = []
        # Before more is claimed: what follows in a lane depends on what became of its head.
        await settling.done()

    def _goes_alone(self, lane: Lane, now: dt.datetime) -> bool:
        """Whether *lane* has a group, or a pace that may send all that waits in one message."""
        head, spec = lane.deliveries[0], lane.channel
        paced = spec is not None and self._gates.room(head.target.destination, spec, now) is not None
        alone = paced or head.group is not None or (spec is not None and spec.grouping is not None)
        self._gates.learn(head.target.destination, batches=not alone)
        return alone

    async def _work(self, lane: Lane, channel: Channel | None, now: dt.datetime) -> tuple[Delivery, ...]:
        """The deliveries of *lane* that changed, as they now are."""
        digest = await self._gathered(lane, channel, now)
        if digest is not None:
            return (await self._attempt(replace(lane, receipt=None), channel, digest),)
        action = next_action(lane, now)
        match action:
            case Drop(deliveries=deliveries):
                return deliveries
            case Send(delivery=delivery):
                return (await self._attempt(lane, channel, delivery),)
            case _:
                assert_never(action)

    async def _gathered(self, lane: Lane, channel: Channel | None, now: dt.datetime) -> Delivery | None:
        """The digest that goes out in place of *lane*: of its group, or of everything that is more than fits."""
        head, spec = lane.deliveries[0], lane.channel
        if spec is None or channel is None:
            return None
        room = self._gates.room(head.target.destination, spec, now)
        if head.target.stateful or head.is_digest:
            return None
        crowded = room is not None and await self._outbox.waiting_at(head.target, now, room + 1) >= room
        if not crowded and head.group is None:
            return None
        group, compose = None if crowded else head.group, composing(channel.markup, now)
        return await self._outbox.gather(head, now, now + self._lease, compose, group=group)

    async def _attempt(self, lane: Lane, channel: Channel | None, delivery: Delivery) -> Delivery:
        message = delivery.message.degrade() if delivery.degraded else delivery.message
        lifetimes = self._lifetimes().at(lane.channel)
        try:
            there = _present(channel)
            message = await self._illustrate(there, delivery, replace(message, thread=lane.receipt))
            receipt = await send(there, message, self._http)
        except DeliveryError as error:
            failed = after_failure(delivery, error, self._clock.now(), self._chance, lifetimes)
            self._gates.refused(failed, error, self._clock.now())
            return failed
        except Exception as error:
            # A mistake of ours in one message must not stop the others.
            log.exception("delivery failed", delivery=delivery.id, channel=delivery.target.type)
            text = f"internal error, please report it: {type(error).__name__}"
            mistaken = DeliveryError(Failure.BAD_REPLY, text)
            return after_failure(delivery, mistaken, self._clock.now(), self._chance, lifetimes)
        self._gates.accepted(delivery.target.destination, self._clock.now())
        return after_success(delivery, self._clock.now(), receipt.provider_id, receipt.note)

    def _noted(self, outcome: Sequence[Delivery], others: bool) -> None:  # noqa: FBT001 - a callback
        """*outcome* was committed: tell of it, and look again where something falls due earlier than the alarm rings."""
        now = self._clock.now()
        if others:
            self._news.set()
        for delivery in outcome:
            self._tell(delivery)
            if delivery.status.is_owed or not self._gates.is_open(delivery.target.destination, now):
                self._news.set()

    def _tell(self, delivery: Delivery) -> None:
        log.log(
            LOUDNESS.get(delivery.status, logging.WARNING if delivery.detail else logging.INFO),
            "delivery settled",
            delivery=delivery.id,
            alert=delivery.alert_id,
            channel=delivery.target.type,
            name=delivery.target.name,
            kind=str(delivery.kind),
            status=str(delivery.status),
            attempt=delivery.attempt,
            reason=delivery.reason,
            detail=delivery.detail,
        )
        self._settled(delivery)

    def _set_alarm(self, group: asyncio.TaskGroup, due: dt.datetime | None, now: dt.datetime) -> None:
        self._silence_alarm()
        times = [
            instant for instant in (due, *self._gates.openings(now)) if instant is not None and instant > now
        ]
        if times:
            self._alarm = group.create_task(self._ring(min(times), now))

    async def _ring(self, at: dt.datetime, now: dt.datetime) -> None:
        await self._clock.sleep(at - now)
        self._rang = at
        self._news.set()

    async def _present(self) -> dt.datetime:
        """What time it is; where that is less than it must be, what waits is brought near: nothing comes an hour late.

        A clock that is set back is noticed by an alarm that rings before its time, or because it was later before.
        """
        now, least = self._clock.now(), max(filter(None, (self._rang, self.looked_at)), default=None)
        self._rang = None
        if least is not None and now < least - SLACK:
            moved = await self._outbox.rewind(now, least - now)
            self._gates.rewind(now)
            log.warning("the clock was set back", by=str(least - now), deliveries=moved)
        return now

    def _silence_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None


def _present(channel: Channel | None) -> Channel:
    if channel is None:
        raise DeliveryError(Failure.UNCONFIGURED, "the channel is gone or not configured", permanent=True)
    return channel
