"""What is said of a past instant is what was recorded at that instant, whatever happened since."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lynxalert.alerts import ActiveSchedule, ActiveWindow, Alert, Flapping, Instance
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.roster import is_idle
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.moments import quietness_of
from lynxalert.daemon.quiet import quietness
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.lanes import Send, next_action
from lynxalert.notify.matchers import parse_matcher
from lynxalert.notify.model import DeliveryError, Failure, Status
from lynxalert.notify.retry import after_failure
from lynxalert.state import (
    Ack,
    Silence,
    StoredOutbox,
    definitions,
    instances,
    moments,
    overlays,
    owed,
    rules,
    told,
)
from tests.daemon.evaluating import ALERT, HOOK, MINUTE, Bench, Scripted, other

SECOND = dt.timedelta(seconds=1)
HOSTS = ("a", "b", "c")
DATABASE_DOWN = Inhibition((parse_matcher("host=a"),), (parse_matcher("host=~b|c"),))
NIGHTS = ActiveSchedule("UTC", (ActiveWindow(("Saturday",), "12:00", "12:20"),))
OWED = "owed"
SEEDS = range(40 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 2)


@dataclass
class Day:
    """Two alerts over three hosts, somebody who mutes, edits, acknowledges and deletes, and a provider that fails."""

    chance: random.Random
    bench: Bench = field(init=False)
    hot: dict[str, int] = field(default_factory=dict)
    broken: bool = False
    down: bool = False
    number: int = 0
    seen: dict[dt.datetime, dict[str, Any]] = field(default_factory=dict)

    def answer(self, at: dt.datetime) -> Any:
        if self.broken:
            return EvaluationError("no such column")
        return [{"host": host, "errors": count} for host, count in self.hot.items() if count]

    async def step(self) -> None:
        acts = [self.heat] * 6 + [
            self.fail,
            self.lose,
            self.hush,
            self.lift,
            self.edit,
            self.toggle,
            self.rewrite,
        ]
        self.bench.clock.tick(SECOND)  # what is done now was not so at the instant before
        await self.chance.choice([*acts, self.ack, self.unack, self.restart, self.remove])()
        if self.chance.random() < 0.1:
            self.bench.clock.tick(self.chance.randint(2, 90) * MINUTE)  # nobody was there
        await self.bench.pass_(MINUTE)
        await self.serve()
        await self.record()

    async def heat(self) -> None:
        self.hot[self.chance.choice(HOSTS)] = self.chance.choice([0, 3, 7, 9])

    async def fail(self) -> None:
        self.broken = not self.broken

    async def lose(self) -> None:
        self.down = not self.down

    async def hush(self) -> None:
        now, self.number = self.bench.clock.now(), self.number + 1
        whose = self.chance.choice([None, "alt_0"])
        made = Silence(
            id=f"sil_{self.number}",
            alert_id=whose,
            matchers=() if whose else (parse_matcher(f"host={self.chance.choice(HOSTS)}"),),
            starts_at=now + self.chance.choice([-3, 0, 2]) * MINUTE,
            ends_at=self.chance.choice([None, now + 5 * MINUTE]),
            who="ann",
            reason="a deploy",
        )
        await self.bench.database.write(lambda tx: overlays.silence(tx, made, now))

    async def lift(self) -> None:
        now, one = self.bench.clock.now(), f"sil_{self.chance.randint(1, self.number + 1)}"
        await self.bench.database.write(lambda tx: overlays.end(tx, one, now))

    async def stored(self) -> Alert | None:
        async with self.bench.database.read() as tx:
            found = await definitions.load(tx, "alt_0")
        return found.alert if found else None

    async def edit(self) -> None:
        if alert := await self.stored():
            await self.bench.put(replace(alert, active_schedule=self.chance.choice([None, NIGHTS])))

    async def toggle(self) -> None:
        if alert := await self.stored():
            await self.bench.put(replace(alert, enabled=not alert.enabled))

    async def rewrite(self) -> None:
        await self.bench.put(replace(await self.stored() or ALERT, query=f"q{self.chance.random()}"))

    async def remove(self) -> None:
        await self.bench.remove()

    async def ack(self) -> None:
        now = self.bench.clock.now()
        until = self.chance.choice([None, now + 3 * MINUTE])
        async with self.bench.database.read() as tx:
            open_ = [each for some in (await instances.of(tx, ["alt_0"])).values() for each in some.values()]
        for each in open_:
            if each.episode is not None:
                made = Ack(
                    episode=each.episode.id, alert_id="alt_0", at=now, until=until, who="bob", note="seen"
                )
                await self.bench.database.write(lambda tx, made=made: overlays.acknowledge(tx, made))

    async def unack(self) -> None:
        now = self.bench.clock.now()
        async with self.bench.database.read() as tx:
            known = sorted(await overlays.acked(tx, now))
        if known:
            await self.bench.database.write(lambda tx: overlays.unacknowledge(tx, known[0], now))

    async def restart(self) -> None:
        self.bench.more["voice"] = Voice(inhibitions=lambda: (DATABASE_DOWN,))
        self.bench.restart()
        await StoredOutbox(self.bench.database).reclaim()

    async def serve(self) -> None:
        """What the sender would do, at once; a provider that is down answers 503, or 404 for good."""
        box, now = StoredOutbox(self.bench.database), self.bench.clock.now()
        for destination in await box.destinations(now):
            while lanes := await box.claim(destination, now, now + MINUTE):
                (lane,) = lanes
                action = next_action(lane, now)
                if not isinstance(action, Send):
                    await box.settle(action.deliveries)
                    continue
                sent = replace(action.delivery, attempt=action.delivery.attempt + 1, lease_until=None)
                if self.down:
                    error = DeliveryError(
                        self.chance.choice([Failure.SERVER, Failure.NOT_FOUND]),
                        "no",
                        permanent=self.chance.random() < 0.3,
                    )
                    await box.settle([after_failure(action.delivery, error, now, lambda: 0.9)])
                else:
                    done = replace(sent, status=Status.DELIVERED, due_at=None, settled_at=now, reason=None)
                    await box.settle([done])

    async def record(self) -> None:
        """What the tables of the present say now."""
        now = self.bench.clock.now()
        async with self.bench.database.read() as tx:
            alerts = {each.alert.id: each.alert for each in await definitions.every(tx)}
            standing = await instances.of(tx, ["alt_0", "alt_1"])
            cursors = await instances.cursor_of(tx, ["alt_0", "alt_1"])
            quiet = await quietness(tx, now, (DATABASE_DOWN,))
            episodes = {one.episode.id for some in standing.values() for one in some.values() if one.episode}
            messages = [one.delivery for one in await owed.listed(tx, limit=10_000)]
        self.seen[now] = {
            "instances": {
                (alert, key): stand(each)
                for alert, some in standing.items()
                for key, each in some.items()
                if not is_idle(each)
            },
            "health": {each: one.health for each, one in cursors.items() if one.health.state != "ok"},
            "alerts": {each: one.version for each, one in alerts.items()},
            "quiet": {each: set(quiet.of_alert(alert)) for each, alert in alerts.items()},
            "by_key": {
                (each, key): set(
                    quiet.of_instances(
                        alerts[each], [(key, one.labels, one.episode.id if one.episode else "")]
                    )[key]
                )
                for each, some in standing.items()
                for key, one in some.items()
                if not is_idle(one)
            },
            "messages": {
                one.id: (
                    OWED if one.status.is_owed else str(one.status),
                    None if one.status.is_owed else one.reason,
                )
                for one in messages
                if one.episode in episodes
            },
        }


def stand(each: Instance) -> tuple[Any, ...]:
    """All that is asked of an instance afterwards."""
    match = (each.match.value, dict(each.match.values)) if each.match else None
    return each.phase, each.since, each.episode and (each.episode.id, each.episode.tier), each.flapping, match


async def remembered(bench: Bench, at: dt.datetime) -> dict[str, Any]:
    """The same, as it is told afterwards."""
    async with bench.database.read() as tx:
        found = await moments.moment(tx, at)
        places = [(each.alert_id, each.key) for each in found.lines]
        shown = await moments.shown(tx, at, places, ["alt_0", "alt_1"])
        episodes = {
            one.episode.id for some in shown.instances.values() for one in some.values() if one.episode
        }
        assert sorted(each.episode for each in found.lines if each.episode) == sorted(episodes)
        assert found.alerts.keys() == shown.alerts.keys()
        messages = await told.told_of(tx, episodes, at)
    quiet = quietness_of(found)
    return {
        "instances": {
            (alert, key): stand(each) for alert, some in shown.instances.items() for key, each in some.items()
        },
        "health": {each: one for each, one in found.healths.items() if one.state != "ok"},
        "alerts": {each: one.version for each, one in shown.alerts.items()},
        "quiet": {each: set(quiet.of_alert(alert)) for each, alert in found.alerts.items()},
        "by_key": {
            (each, key): set(
                quiet.of_instances(
                    found.alerts[each], [(key, one.labels, one.episode.id if one.episode else "")]
                )[key]
            )
            for each, some in shown.instances.items()
            for key, one in some.items()
        },
        "messages": {
            one.id: (
                OWED if one.status.is_owed else str(one.status),
                None if one.status.is_owed else one.reason,
            )
            for some in messages.values()
            for one in some
        },
    }


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_instant_is_told_as_it_was(tmp_path: pathlib.Path, seed: int) -> None:
    chance = random.Random(seed)
    policy = replace(
        ALERT.policy,
        hold=chance.choice([0, 2]) * MINUTE,
        keep_firing_for=chance.choice([0, 2]) * MINUTE,
        cooldown=chance.choice([0, 5]) * MINUTE,
        repeat_interval=3 * MINUTE,
        flapping=chance.choice([None, Flapping(3, 10, 4)]),
    )
    tiers = {"type": "threshold", "field": "errors", "op": "gt", "tiers": {"warn": 2, "critical": 8}}
    alert = replace(ALERT, policy=policy, when=tiers)
    day = Day(chance)
    runner = Scripted(day.answer, fields=("host",))
    second = other(1, channels=(replace(HOOK, name="second"),), policy=policy)
    bench = await Bench.open(
        tmp_path, runner, alert, second, voice=Voice(inhibitions=lambda: (DATABASE_DOWN,))
    )
    day.bench = bench
    try:
        await bench.database.write(lambda tx: rules.note(tx, (DATABASE_DOWN,), bench.clock.now()))
        for _ in range(40):
            await day.step()
        for at, seen in day.seen.items():
            found = await remembered(bench, at)
            for what, value in seen.items():
                assert found[what] == value, f"{what} at {at}"
    finally:
        await bench.database.close()
    if seed < 2:
        assert sum(bool(each["instances"]) for each in day.seen.values()) > 10
