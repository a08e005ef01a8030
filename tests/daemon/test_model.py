"""Random days of an alert, its channels, mutes, edits, restarts: what may never happen, does not."""

from __future__ import annotations

import datetime as dt
import pathlib
import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings

from lynxalert.alerts import Alert, ChannelSpec, Flapping, Kind
from lynxalert.notify.lanes import Send, next_action
from lynxalert.notify.model import Delivery, DeliveryError, Failure, Status
from lynxalert.notify.retry import after_failure
from lynxalert.state import Silence, StoredOutbox, history, overlays, owed
from tests.daemon.evaluating import ALERT, HOOK, MINUTE, Bench, Scripted

PAGER = ChannelSpec(type="pagerduty", name="pager", config={"routing_key": "0" * 32})
HOUR = dt.timedelta(hours=1)
DEEP = settings.default is not None and settings.default.max_examples > 20  # else tests/proofs goes further


@dataclass
class World:
    """One alert with a chat and a place that keeps incidents; providers that are down now and then."""

    bench: Bench
    random: random.Random
    alert: Alert
    errors: int = 0
    down: bool = False
    mutes: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    sent: list[tuple[dt.datetime, Delivery]] = field(default_factory=list)

    async def step(self) -> None:
        """Something happens, a minute passes, the providers are served."""
        act = self.random.choice(
            [self.flip] * 8
            + [self.outage] * 2
            + [self.mute, self.edit, self.rewrite, self.toggle, self.restart]
        )
        await act()
        await self.bench.pass_(MINUTE)
        await self.serve()

    async def flip(self) -> None:
        self.errors = self.random.choice([0, 9])

    async def outage(self) -> None:
        self.down = not self.down

    async def mute(self) -> None:
        now = self.bench.clock.now()
        until = now + self.random.randint(1, 6) * MINUTE
        if self.mutes and self.mutes[-1][1] > now:
            return
        self.mutes.append((now, until))
        silence = Silence(id=f"s{now}", alert_id=self.alert.id, starts_at=now, ends_at=until)
        await self.bench.database.write(lambda tx: overlays.silence(tx, silence))

    async def edit(self) -> None:
        channels = self.random.choice([(HOOK,), (PAGER,), (HOOK, PAGER)])
        self.alert = await self.bench.put(replace(self.alert, channels=channels))

    async def rewrite(self) -> None:
        self.alert = await self.bench.put(replace(self.alert, query=f"q{self.random.random()}"))

    async def toggle(self) -> None:
        self.alert = await self.bench.put(replace(self.alert, enabled=not self.alert.enabled))

    async def restart(self) -> None:
        self.bench.restart()
        await StoredOutbox(self.bench.database).reclaim()

    async def serve(self) -> None:
        """What the sender would do, at once; a provider that is down answers 503."""
        box, now = StoredOutbox(self.bench.database), self.bench.clock.now()
        for destination in await box.destinations(now):
            while lanes := await box.claim(destination, now, now + MINUTE):
                (lane,) = lanes
                action = next_action(lane, now)
                if not isinstance(action, Send):
                    await box.settle(action.deliveries)
                elif self.down:
                    error = DeliveryError(Failure.SERVER, "HTTP 503")
                    await box.settle([after_failure(action.delivery, error, now, lambda: 0.9)])
                else:
                    assert lane.channel is not None
                    self.sent.append((now, action.delivery))
                    await box.settle([_accepted(action.delivery, now)])

    async def settle(self) -> None:
        """Calm weather: no errors, no outage, no mute, until everything is told."""
        self.errors, self.down = 0, False
        if not self.alert.enabled:
            await self.toggle()
        for _ in range(8):
            await self.bench.pass_(MINUTE)
            await self.serve()


def _accepted(delivery: Delivery, now: dt.datetime) -> Delivery:
    return replace(
        delivery,
        status=Status.DELIVERED,
        attempt=delivery.attempt + 1,
        due_at=None,
        lease_until=None,
        settled_at=now,
    )


async def check_what_was_sent(world: World) -> None:
    seen: dict[tuple[str, str], list[Delivery]] = {}
    for at, each in world.sent:
        before = seen.setdefault((each.episode, each.target.destination), [])
        assert all(earlier.sequence < each.sequence for earlier in before), "out of order, or twice"
        assert not any(earlier.is_end for earlier in before), "something after the end"
        if each.is_end and not before:
            assert await was_collapsed(world, each), "an end without a start"
        for start, until in world.mutes:
            if start < each.created_at < until and not (each.is_end and each.target.stateful):
                assert at >= until, "sent although muted"
        before.append(each)


async def was_collapsed(world: World, end: Delivery) -> bool:
    return any(
        each.status is Status.COLLAPSED
        for each in await world.bench.deliveries()
        if (each.episode, each.target) == (end.episode, end.target) and not each.is_end
    )


async def check_history(world: World) -> None:
    async with world.bench.database.read() as tx:
        found = await history.transitions_of(tx, world.alert.id, limit=10_000)
    open_: str | None = None
    for told in (each.transition for each in reversed(found)):
        if told.held:
            assert open_ is None or told.episode == open_
        elif told.is_end:
            assert told.episode == open_, "an end of what is not open"
            open_ = None
        else:
            assert open_ in (None, told.episode), "a second start before an end"
            open_ = told.episode
    assert open_ is None


async def check_deliveries(world: World) -> None:
    async with world.bench.database.read() as tx:
        listed = [each.delivery for each in await owed.listed(tx, limit=10_000)]
    accepted = {
        (each.episode, each.target.destination)
        for each in listed
        if each.status in (Status.DELIVERED, Status.COLLAPSED) and not each.is_end
    }
    ended = {
        (each.episode, each.target.destination)
        for each in listed
        if each.status is Status.DELIVERED and each.is_end
    }
    assert accepted == ended, "every accepted start has its end, and no other has"
    for each in listed:
        assert each.reason is not None or each.status is not Status.SUPPRESSED, "suppressed without a reason"
        assert not each.status.is_owed, "still owed in the end"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8 if DEEP else 4))
async def test_a_random_day(tmp_path: pathlib.Path, seed: int) -> None:
    chance = random.Random(seed)
    policy = replace(
        ALERT.policy,
        hold=chance.choice([0, 1, 2]) * MINUTE,
        keep_firing_for=chance.choice([0, 2]) * MINUTE,
        repeat_interval=chance.choice([None, 3 * MINUTE]),
        cooldown=chance.choice([0, 5]) * MINUTE,
        flapping=chance.choice([None, Flapping(3, 10, 4)]),
    )
    alert = replace(ALERT, channels=(HOOK, PAGER), policy=policy)
    runner = Scripted(lambda at: world.errors)
    world = World(await Bench.open(tmp_path, runner, alert), chance, alert)
    try:
        for _ in range(60):
            await world.step()
        await world.settle()
        await check_what_was_sent(world)
        await check_history(world)
        await check_deliveries(world)
    finally:
        await world.bench.database.close()
    assert any(each.kind is Kind.FIRED for _, each in world.sent)
