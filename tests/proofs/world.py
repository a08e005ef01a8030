"""The real evaluator, routing, outbox and sender over a real state file, and beside them what the page says of the same.

Whatever is done to the one is done to the other; `agree` compares them. Only providers, events and the clock are made up.
"""

from __future__ import annotations

import asyncio
import atexit
import datetime as dt
import functools
import pathlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from lynxalert.alerts import ActiveSchedule, ActiveWindow, Alert, ChannelSpec, Flapping, Key, NoData, Policy
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.model import Grouping
from lynxalert.daemon.book import Book
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.sender import Sender
from lynxalert.daemon.silencing import Silencing
from lynxalert.daemon.slots import Outcome
from lynxalert.notify.matchers import parse_matcher
from lynxalert.notify.model import Delivery, Status
from lynxalert.plan import Row
from lynxalert.state import Database, history, instances, owed
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Answer, Scripted
from tests.fakes import FakeClock
from tests.proofs.ledger import Account, Episode, Ledger, Place, Reason
from tests.proofs.machine import Machine, Rules, Told
from tests.proofs.resting import Watched, rest
from tests.proofs.wire import Wire

HOSTS = ("a", "b", "c")
VALUES = {"X": 5, "C": 50, "~": 2, ".": 0}
PLACES = {
    "hook": Place("hook"),
    "pager": Place("pager", stateful=True),
    "room": Place("room", group=(90, 300)),
}
SPECS = {
    "hook": ChannelSpec(type="webhook", name="hook", config={"url": "https://hook.example/x"}),
    "pager": ChannelSpec(
        type="pagerduty", name="pager", config={"routing_key": "R" * 32, "api_url": "https://pager.example"}
    ),
    "room": ChannelSpec(
        type="webhook",
        name="room",
        grouping=Grouping(("alertname",), wait=90 * SECOND, interval=300 * SECOND),
        config={"url": "https://room.example/x"},
    ),
}
WHEN = {
    "type": "threshold",
    "field": "errors",
    "op": "gt",
    "tiers": [{"name": "warn", "value": 3}, {"name": "critical", "value": 30}],
    "recover": 1,
}  # fmt: skip
WORST = ("muted", "silenced", "off_schedule")


@functools.cache
def quick_folder() -> pathlib.Path:
    """A folder for state files that may be forgotten: in memory, where there is such a place."""
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxalert-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


async def empty() -> pathlib.Path:
    """A state file with nothing in it, made once."""
    file = quick_folder() / "empty.sqlite"
    if not file.exists():
        await (await Database.open(file, lasting=False)).close()
    return file


def spec_of(place: Place) -> ChannelSpec:
    return replace(SPECS[place.name], enabled=place.enabled, send_resolved=place.send_resolved)


def policy_of(rules: Rules) -> Policy:
    return Policy(
        hold=rules.hold * MINUTE,
        keep_firing_for=rules.keep * MINUTE,
        repeat_interval=rules.repeat * MINUTE if rules.repeat else None,
        cooldown=rules.cooldown * MINUTE,
        flapping=Flapping(*rules.flapping) if rules.flapping else None,
        no_data=NoData(rules.no_data),
        forget_after=rules.forget * MINUTE,
    )


@dataclass
class Hush:
    """A mute (*host* None) or a silence of one host, as the page knows it."""

    host: str | None
    until: dt.datetime | None
    id: str = ""


@dataclass
class World:
    """One alert with three instances and up to three places."""

    database: Database
    rules: Rules
    places: dict[str, Place]
    hours: tuple[int, int] | None = None  # the minutes of the hour at which it may speak
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON + SECOND))
    script: dict[dt.datetime, dict[str, str]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HOSTS, "."))
    fates: dict[str, int] = field(default_factory=dict)
    hushes: list[Hush] = field(default_factory=list)
    acks: set[Episode] = field(default_factory=set)
    busy: bool = False
    again_at: dt.datetime = NOON  # when what failed in passing is tried again
    news: bool = False
    enabled: bool = True
    gone: bool = False
    edits: int = 0
    expected: list[Told] = field(default_factory=list)
    compared: int = 0

    # Beginning and end

    @classmethod
    async def begin(
        cls,
        file: pathlib.Path,
        template: pathlib.Path,
        rules: Rules,
        places: Sequence[str] = tuple(PLACES),
        **more: Any,
    ) -> Self:
        shutil.copyfile(template, file)
        database = await Database.open(file, lasting=False)
        world = cls(database, rules, {name: PLACES[name] for name in places}, **more)
        world.machine = Machine(rules)
        world.cursor = NOON + MINUTE
        world.ledger = Ledger(
            world.quiet,
            world._answer,
            {name: Account(place) for name, place in PLACES.items()},
            acked=lambda episode, now: episode in world.acks,
        )
        world.book = Book(database, world.clock, Edits(), lambda _: None)
        world.silencing = Silencing(database, world.clock, lambda _: None)
        world.wire = Wire(world.clock, world._answer)
        world.start()
        await world.book.create(world.alert())
        return world

    def __post_init__(self) -> None:
        self.machine: Machine
        self.ledger: Ledger
        self.book: Book
        self.silencing: Silencing
        self.wire: Wire
        self.cursor: dt.datetime

    def start(self) -> None:
        """A new process, as far as anything is remembered."""
        runner = Scripted(self._rows, ("host",), self._roster)
        voice = Voice()
        self.evaluator = Evaluator(self.database, runner, self.clock, voice=voice, committed=self._committed)
        self.outbox = Watched(self.database)
        self.sender = Sender(self.outbox, self.wire, self.clock, chance=lambda: 0.5)
        self.running = asyncio.get_running_loop().create_task(self.sender.run())

    async def end(self) -> None:
        self.sender.stop()
        await self.running
        await self.wire.close()
        await self.database.close()

    def alert(self) -> Alert:
        schedule = None
        if self.hours is not None:
            start, end = self.hours
            days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
            windows = tuple(
                ActiveWindow(
                    days,
                    f"{hour:02}:{start:02}",
                    f"{hour:02}:{end:02}" if end else f"{(hour + 1) % 24:02}:00",
                )
                for hour in range(24)
            )
            schedule = ActiveSchedule("UTC", windows)
        return replace(
            ALERT,
            query=f"q{self.edits}",
            when=WHEN,
            policy=policy_of(self.rules),
            channels=tuple(map(spec_of, self.places.values())),
            active_schedule=schedule,
            enabled=self.enabled,
        )

    # What the providers, the events, the page say

    def _answer(self, place: str) -> int:
        return self.fates.get(place, 200)

    def _rows(self, at: dt.datetime) -> Answer:
        letters = self._letters(at)
        if self.busy:
            return EvaluationError("busy", transient=True)
        if "!" in letters.values():
            return EvaluationError("wrong")
        return [{"host": host, "errors": VALUES[each]} for host, each in letters.items() if each != "0"]

    def _letters(self, at: dt.datetime) -> Mapping[str, str]:
        return self.script.setdefault(at, dict(self.letters))

    def _roster(self, at: dt.datetime) -> Mapping[Key, Row]:
        return {
            f'{{"host":"{host}"}}': {"host": host} for host, each in self._letters(at).items() if each != "0"
        }

    def quiet(self, host: str, now: dt.datetime) -> Reason | None:
        """The reason that lasts longest."""
        found = [
            Reason("muted" if each.host is None else "silenced", each.until)
            for each in self.hushes
            if each.host in (None, host) and self._holds(each, now)
        ]
        if self.hours is not None:
            start, end = self.hours
            if not start <= now.minute < (end or 60):
                to = now.replace(minute=start, second=0) + (
                    dt.timedelta(0) if now.minute < start else 60 * MINUTE
                )
                found.append(Reason("off_schedule", to))
        never = dt.datetime.max.replace(tzinfo=dt.UTC)
        return max(found, key=lambda one: (one.until or never, -WORST.index(one.word)), default=None)

    # What happens

    async def minutes(self, many: int = 1) -> None:
        for _ in range(many):
            await self.until(self.clock.now() + MINUTE)
            await self.tick()

    async def until(self, target: dt.datetime) -> None:
        """Time passes, and the senders wake when they have something to do."""
        await self.rest()
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            self.clock.set(wake)
            await self.rest()
        self.clock.set(target)
        await self.rest()
        while (due := self.ledger.next_wake(self._seen)) <= target:
            self._seen = due
            self.ledger.drain(due)
        self._seen = target

    _seen: dt.datetime = NOON + SECOND

    async def tick(self) -> None:
        """Everything is judged that is due, then told."""
        now = self.clock.now()
        await self.evaluator.tick()
        if self.news:
            self.sender.wake()
            self.news = False
        await self.rest()
        self.ledger.release(self._sounding(), self.rules.cooldown * MINUTE, now, gone=self.gone)
        told: list[Told] = []
        if self.gone:
            pass  # nobody asks
        elif self.busy and self.enabled:
            self.again_at = now + 5 * SECOND
        elif self.enabled and now >= self.again_at:
            first = max(self.cursor, _floor(now) - 59 * MINUTE)
            while first <= now:
                told += self.machine.slot(first, self._letters(first), self.acks)
                first += MINUTE
            self.cursor = first
        self._told(told, now)
        self.ledger.drain(now)

    def _committed(self, outcomes: Sequence[Outcome]) -> None:
        self.news = self.news or not outcomes or any(each.occasions for each in outcomes)

    def _told(self, told: Sequence[Told], now: dt.datetime) -> None:
        self.expected += told
        self.ledger.tell(told, self.places, self.rules.cooldown * MINUTE, now)

    def _sounding(self) -> list[Episode]:
        return [
            (host, key.started) for host, key in self.machine.keys.items() if key.sounding and key.started
        ]

    async def down(self, minutes: int) -> None:
        """Nobody is there; then everybody is again."""
        self.sender.stop()
        await self.running
        self.clock.set(self.clock.now() + minutes * MINUTE)
        self._seen = self.clock.now()
        self.ledger.restart()
        self.start()
        await self.rest()
        self.ledger.drain(self.clock.now())
        await self.tick()

    async def edit(self) -> None:
        """Store the alert as it is described now; close what its change of meaning or state closes."""
        before = (await self.book.find(ALERT.id)).alert
        alert = self.alert()
        now = self.clock.now()
        revision = (await self.book.find(ALERT.id)).revision
        await self.book.replace(alert, revision)
        rewritten = (before.query, self.machine.rules.means()) != (alert.query, self.rules.means())
        if rewritten or (before.enabled and not alert.enabled):
            self._told(self.machine.close(now, "updated" if rewritten else "disabled"), now)
        if rewritten or (alert.enabled and not before.enabled):
            self.cursor = _floor(now) + MINUTE
        self.machine.rules = self.rules
        self.sender.wake()
        await self.rest()
        self.ledger.drain(now)

    async def replace(self) -> None:
        """Delete the alert, and a minute later make it anew: a file that was moved."""
        now = self.clock.now()
        await self.book.delete((await self.book.find(ALERT.id)).alert)
        self._told(self.machine.close(now, "deleted"), now)
        self.sender.wake()
        await self.rest()
        self.ledger.drain(now)
        self.gone = True
        await self.minutes()
        self.gone = False
        await self.book.create(self.alert())
        self.cursor = _floor(self.clock.now()) + MINUTE

    async def mute(self, minutes: int | None) -> None:
        now = self.clock.now()
        until = None if minutes is None else now + minutes * MINUTE
        alert = (await self.book.find(ALERT.id)).alert
        await self.book.mute(alert, until, "test")
        self.hushes = [each for each in self.hushes if each.host is not None]
        self.hushes.append(Hush(None, until))
        self.ledger.again("muted")

    async def unmute(self, *, tell: bool) -> None:
        now = self.clock.now()
        alert = (await self.book.find(ALERT.id)).alert
        await self.book.unmute(alert, tell_still_firing=tell)
        if any(self._holds(each, now) for each in self.hushes if each.host is None):
            self.hushes = [each for each in self.hushes if each.host is not None]
            self.ledger.lift(now, None, tell_still_firing=tell)

    async def silence(self, host: str, minutes: int | None) -> None:
        now = self.clock.now()
        until = None if minutes is None else now + minutes * MINUTE
        made = await self.silencing.create([parse_matcher(f'host="{host}"')], now, until, "test")
        self.hushes.append(Hush(host, until, made.id))

    async def unsilence(self, place: int, *, tell: bool) -> None:
        now = self.clock.now()
        open_ = [each for each in self.hushes if each.host is not None and self._holds(each, now)]
        if open_:
            gone = open_[place % len(open_)]
            await self.silencing.end(gone.id, tell_still_firing=tell)
            self.hushes.remove(gone)
            self.ledger.lift(now, gone.host, tell_still_firing=tell)

    async def ack(self, host: str) -> None:
        key = self.machine.keys.get(host)
        if key is not None and key.started is not None:
            alert = (await self.book.find(ALERT.id)).alert
            await self.silencing.acknowledge(alert, {"host": host}, None, "test")
            self.acks.add((host, key.started))
            self.ledger.ack((host, key.started), self.clock.now())
            self.sender.wake()
            await self.rest()
            self.ledger.drain(self.clock.now())

    def _holds(self, hush: Hush, now: dt.datetime) -> bool:
        return hush.until is None or now < hush.until

    async def rest(self) -> None:
        await rest(self.sender, self.outbox, self.running)

    # What must be so

    async def agree(self) -> None:
        """Both tell the same: history, attempts one by one, and what never was attempted with its reasons."""
        async with self.database.read() as tx:
            found = await history.transitions_of(tx, ALERT.id, limit=100_000)
            listed = [each.delivery for each in await owed.listed(tx, limit=100_000)]
            standing = (await instances.of(tx, [ALERT.id]))[ALERT.id]
        told = [each.transition for each in reversed(found)]
        shown = [
            (
                str(one.labels["host"]),
                str(one.kind),
                str(one.reason or ""),
                one.held,
                one.at,
                one.started,
                one.sequence,
            )
            for one in told
        ]
        wanted = [
            (one.host, one.kind, one.reason, one.held, one.at, one.started, one.sequence)
            for one in self.expected
        ]
        assert shown == wanted, f"history: {apart(shown, wanted)}"
        for name in PLACES:
            seen = [each for each in self.wire.attempts if each[0] == name]
            assert seen == [each for each in self.ledger.attempts if each[0] == name], (
                f"what {name} saw: {apart(seen, [each for each in self.ledger.attempts if each[0] == name])}"
            )
        suppressed, reasons = kept(listed), self._kept()
        assert suppressed.keys() == reasons.keys(), "what was suppressed"
        assert [(at, why) for at, why in suppressed.items() if why not in reasons[at]] == [], "why it was"
        assert {each.labels["host"] for each in standing.values() if each.episode is not None} == {
            host for host, key in self.machine.keys.items() if key.started
        }, "what is open"

    def _kept(self) -> dict[tuple[object, ...], set[str]]:
        """What each place was not told, by (place, host, first T, number), and why."""
        return {
            (name, each.told.host, each.told.started, each.told.sequence): {each.reason, *each.reasons}
            for name, account in self.ledger.accounts.items()
            for lane in account.lanes.values()
            for each in lane
            if each.state == "suppressed"
        }


def apart(seen: Sequence[object], wanted: Sequence[object]) -> str:
    """Where two lists part."""
    same = next((n for n, (one, other) in enumerate(zip(seen, wanted, strict=False)) if one != other), None)
    same = min(len(seen), len(wanted)) if same is None else same
    return f"after {same}: {seen[same:]} instead of {wanted[same:]}"


def kept(listed: Sequence[Delivery]) -> dict[tuple[object, ...], str]:
    """The same of the product."""
    return {
        (each.target.name, each.message.labels["host"], _instant(each.message.starts_at), each.sequence): str(
            each.reason
        )
        for each in listed
        if each.status is Status.SUPPRESSED
    }


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _floor(instant: dt.datetime) -> dt.datetime:
    return instant.replace(second=0, microsecond=0)
