"""Plays as text: alerts that meet, and what two kinds of places hear of them, second by second, nothing left out.

    -- alerts --
    disk: cooldown 5m, for 1m           # words as in `tests/alerts/timeline.py`; also cooldown, severity, hours 12:10-12:20
    -- places --
    chat: group alertname 90s 5m        # `pager` keeps incidents, every other is a webhook; pace 2/1m burst 1
    -- rules --
    alert=disk > alert=web equal host   # while the first fires, the second is not told
    -- minutes --
    disk.a  . X X .                     # what is true at 12:01, 12:02, …; letters as in the timelines
    -- doings --
    12:02:30 mute disk 5m
    -- heard --
    12:02:00 chat fired disk.a

What is done happens after what is judged at the same instant. `heard` ends with what never was told, and why. The evaluator, its
commits, the outbox and the sender are the daemon's own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lynxalert.alerts import ActiveSchedule, ActiveWindow, Alert, ChannelSpec, Cron, Key
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.model import Grouping, Pace
from lynxalert.daemon.book import Book
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.sender import Sender
from lynxalert.daemon.silencing import Silencing
from lynxalert.daemon.slots import Outcome
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import parse_matcher
from lynxalert.notify.model import Status
from lynxalert.plan import Result, Row, TimeWindow
from lynxalert.state import Database, owed
from tests.alerts.timeline import duration, read_alert
from tests.daemon.evaluating import MINUTE, NOON, SECOND, Scripted, rows_of
from tests.fakes import FakeClock
from tests.proofs.resting import Watched, rest
from tests.proofs.wire import Wire
from tests.proofs.world import WHEN, empty

VALUES = {"X": 5, "w": 5, "c": 50, "~": 2, ".": 0}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def alert_of(name: str, words: str) -> Alert:
    """`disk: cooldown 5m, …`: judged every minute over a minute."""
    told = dict(part.strip().split(" ", 1) for part in words.split(",") if part.strip())
    made = read_alert("every 1m" + (f", {words}" if words else ""))
    hours = None
    if "hours" in told:
        start, end = told["hours"].split("-")
        hours = ActiveSchedule("UTC", (ActiveWindow(DAYS, start, end),))
    return replace(
        made,
        id=f"alt_{name}",
        name=name,
        query=name,
        when=WHEN,
        schedule=Cron("* * * * *"),  # without an offset
        severity=told.get("severity", "error"),
        policy=replace(made.policy, cooldown=duration(told.get("cooldown", "0s"))),
        active_schedule=hours,
        trigger_once=told.get("trigger") == "once",
    )


def place_of(name: str, words: str) -> ChannelSpec:
    """`chat: group alertname 90s 5m`, `pace 2/1m burst 1`, `quiet` (no ends), `off`, `at hall` (the same place), or nothing."""
    if name == "pager":
        config = {"routing_key": "R" * 32, "api_url": f"https://{name}.example"}
        return ChannelSpec(type="pagerduty", name=name, config=config)
    where = found[1] if (found := re.search(r"at (\w+)", words)) else name
    spec = ChannelSpec(type="webhook", name=name, config={"url": f"https://{where}.example/x"})
    if found := re.search(r"group (\S+) (\w+) (\w+)", words):
        by, wait, interval = found.groups()
        labels = () if by == "all" else tuple(by.split("+"))
        spec = replace(spec, grouping=Grouping(labels, duration(wait), duration(interval)))
    if found := re.search(r"pace (\d+)/(\w+) burst (\d+)", words):
        spec = replace(spec, pace=Pace(int(found[1]), duration(found[2]), int(found[3])))
    return replace(spec, send_resolved="quiet" not in words, enabled="off" not in words)


def rule_of(line: str) -> Inhibition:
    source, _, rest_ = line.partition(" > ")
    target, _, equal = rest_.partition(" equal ")
    return Inhibition((parse_matcher(source),), (parse_matcher(target),), tuple(equal.split()))


@dataclass
class Actors(Scripted):
    """Answers by alert and T, as the letters say."""

    letters: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # by alert, by host

    def at(self, alert: str, at: dt.datetime) -> dict[str, str]:
        minute = (at - NOON) // MINUTE - 1
        rows = self.letters.get(alert, {})
        return {host: cells[minute] if minute < len(cells) else "." for host, cells in rows.items()}

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        letters = self.at(alert.name, now)
        if "!" in letters.values():
            raise EvaluationError("wrong")
        return rows_of(
            [{"host": host, "errors": VALUES[each]} for host, each in letters.items() if each != "0"]
        )

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        return {
            f'{{"host":"{h}"}}': {"host": h} for h, each in self.at(alert.name, now).items() if each != "0"
        }


class Ear(Wire):
    """The wire, that names the alert as well: `disk.a`."""

    def _event(self, body: Mapping[str, Any]) -> object:
        if body["event_action"] == "trigger":
            said = re.split(r"\W+", body["payload"]["summary"])
            name = next(each for each in said if each in self.alerts)
            labels = body["payload"]["custom_details"]["labels"]
            self.named[body["dedup_key"]] = name_of(name, labels)
        return (body["event_action"], self.named[body["dedup_key"]])

    def _message(self, body: Mapping[str, Any]) -> object:
        told = [
            (one["status"] == "resolved", name_of(one["labels"]["alertname"], one["labels"]))
            for one in body["alerts"]
        ]
        if body["kind"] == "digest":
            return ("digest", *(("-" if over else "+") + name for over, name in sorted(told)))
        return (body["kind"], told[0][1])

    named: dict[str, str]  # incidents, by key
    alerts: Collection[str]


@dataclass
class Stage:
    """The daemon's halves, and the wire that notes what leaves."""

    database: Database
    alerts: dict[str, Alert]
    rules: Sequence[Inhibition]
    actors: Actors
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    fates: dict[str, int] = field(default_factory=dict)
    silences: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    committed: bool = False  # since it last looked

    def __post_init__(self) -> None:
        self.book = Book(self.database, self.clock, Edits(), lambda _: None)
        self.silencing = Silencing(self.database, self.clock, lambda _: None)
        self.wire = Ear(self.clock, lambda place: self.fates.get(place, 200))
        self.wire.named, self.wire.alerts = {}, self.alerts
        self.start()

    def start(self) -> None:
        voice = Voice(inhibitions=lambda: self.rules)
        self.evaluator = Evaluator(self.database, self.actors, self.clock, voice=voice, committed=self.noted)
        self.outbox = Watched(self.database)
        self.sender = Sender(self.outbox, self.wire, self.clock, chance=lambda: 0.5)
        self.running = asyncio.get_running_loop().create_task(self.sender.run())

    async def end(self) -> None:
        self.sender.stop()
        await self.running

    async def until(self, target: dt.datetime) -> None:
        """Time passes: the sender wakes for its alarm, the evaluator for what it wants to look at."""
        while True:
            looks = max(self.evaluator.next_look(self.clock.now()), self.clock.now() + SECOND)
            wakes = [each for each in (self.clock.next_wake(), looks) if each is not None]
            wake = min(wakes)
            if wake > target:
                break
            self.clock.set(max(wake, self.clock.now()))
            if wake == looks:
                await self.look()
            await self.rest()
        self.clock.set(target)
        await self.rest()

    async def rest(self) -> None:
        await rest(self.sender, self.outbox, self.running)
        for place, what, status in sorted(self.wire.attempts, key=lambda each: each[0]):
            self.heard.append(
                f"{self.clock.now():%H:%M:%S} {place} {' '.join(map(str, what))}"
                + ("" if status == 200 else f" ({status})")
            )
        self.wire.attempts.clear()

    async def do(self, words: str) -> None:
        """One doing: `mute disk 5m`, `silence host=a 2m`, `down chat`, …"""
        verb, *rest_ = words.split()
        await getattr(self, f"do_{verb.replace('-', '_')}")(*rest_)
        self.evaluator.wake()
        self.sender.wake()
        await self.look()
        await self.rest()

    async def look(self) -> None:
        """As the evaluator does of itself: it looks again when what it judged was committed."""
        self.committed = False
        await self.evaluator.tick()
        if self.committed:
            await self.evaluator.tick()

    def noted(self, outcomes: Sequence[Outcome]) -> None:
        self.committed = self.committed or not outcomes or any(each.occasions for each in outcomes)
        self.sender.wake()

    async def do_mute(self, name: str, span: str = "") -> None:
        until = self.clock.now() + duration(span) if span else None
        await self.book.mute((await self.book.find(f"alt_{name}")).alert, until, "somebody")

    async def do_unmute(self, name: str, tell: str = "") -> None:
        await self.book.unmute((await self.book.find(f"alt_{name}")).alert, tell_still_firing=tell == "tell")

    async def do_silence(self, matcher: str, span: str = "") -> None:
        now = self.clock.now()
        until = now + duration(span) if span else None
        made = await self.silencing.create([parse_matcher(matcher)], now, until, "a reason")
        self.silences[matcher] = made.id

    async def do_unsilence(self, matcher: str, tell: str = "") -> None:
        await self.silencing.end(self.silences[matcher], tell_still_firing=tell == "tell")

    async def do_ack(self, which: str) -> None:
        name, _, host = which.partition(".")
        alert = (await self.book.find(f"alt_{name}")).alert
        await self.silencing.acknowledge(alert, {"host": host}, None, "on it")

    async def do_down(self, place: str, status: str = "503") -> None:
        self.fates[place] = int(status)

    async def do_up(self, place: str) -> None:
        del self.fates[place]

    async def do_delete(self, name: str) -> None:
        await self.book.delete((await self.book.find(f"alt_{name}")).alert)

    async def do_edit(self, name: str, *words: str) -> None:
        """`edit disk cooldown 1m, …`: the same with other words."""
        found = await self.book.find(f"alt_{name}")
        made = alert_of(name, " ".join(words))
        await self.book.replace(replace(made, channels=found.alert.channels), found.revision)

    async def do_leave(self, name: str) -> None:
        """The alert loses its channels."""
        found = await self.book.find(f"alt_{name}")
        await self.book.replace(replace(found.alert, channels=()), found.revision)

    async def do_places(self, name: str, *words: str) -> None:
        """`places disk chat: pace 2/1m burst 1; room:`: the alert speaks through these from now on."""
        found = await self.book.find(f"alt_{name}")
        places = tuple(place_of(*halves(each.strip())) for each in " ".join(words).split(";"))
        await self.book.replace(replace(found.alert, channels=places), found.revision)

    async def do_disable(self, name: str) -> None:
        found = await self.book.find(f"alt_{name}")
        await self.book.replace(replace(found.alert, enabled=False), found.revision)

    async def do_enable(self, name: str) -> None:
        found = await self.book.find(f"alt_{name}")
        await self.book.replace(replace(found.alert, enabled=True), found.revision)

    async def do_away(self, span: str) -> None:
        """Nobody is there for so long."""
        await self.end()
        self.clock.set(self.clock.now() + duration(span))
        self.start()
        await self.rest()

    async def kept(self) -> list[str]:
        """What never was told, and why."""
        async with self.database.read() as tx:
            listed = [each.delivery for each in reversed(await owed.listed(tx, limit=10_000))]
        lines = []
        for each in listed:
            what = (
                f"{each.target.name} {each.kind} {name_of(each.message.alert['name'], each.message.labels)}"
            )
            if each.status is Status.SUPPRESSED or each.status is Status.FAILED:
                lines.append(f"{each.status} {what} {each.reason}")
            elif each.status.is_owed:
                lines.append(f"owed {what}" + (f" {each.reason}" if each.reason else ""))
        return lines


def name_of(alert: str, labels: Mapping[str, Any]) -> str:
    return f"{alert}.{labels['host']}" if labels.get("host") else alert


async def play(folder: pathlib.Path, sections: Mapping[str, str]) -> str:
    """What is heard of it, and what is not."""
    file = folder / "state.sqlite"
    file.write_bytes((await empty()).read_bytes())
    database = await Database.open(file, lasting=False)
    letters: dict[str, dict[str, list[str]]] = {}
    for line in sections["minutes"].splitlines():
        name, *cells = line.split()
        alert, _, host = name.partition(".")
        letters.setdefault(alert, {})[host] = cells
    last = max(len(cells) for rows in letters.values() for cells in rows.values())
    places = tuple(place_of(*halves(line)) for line in sections["places"].splitlines())
    alerts = {name: alert_of(name, words) for name, words in map(halves, sections["alerts"].splitlines())}
    rules = [rule_of(line) for line in sections.get("rules", "").splitlines()]
    stage = Stage(database, alerts, rules, Actors(lambda _: 0, ("host",), letters=letters))
    for each in alerts.values():
        await stage.book.create(replace(each, channels=places))
    try:
        await stage.evaluator.tick()
        for line in sections.get("doings", "").splitlines():
            when, _, words = line.partition(" ")
            await stage.until(dt.datetime.combine(NOON.date(), dt.time.fromisoformat(when), dt.UTC))
            await stage.do(words)
        await stage.until(max(NOON + last * MINUTE + 59 * SECOND, stage.clock.now()))
        return "\n".join([*stage.heard, *await stage.kept()] or ["nothing"])
    finally:
        await stage.end()
        await stage.wire.close()
        await database.close()


def halves(line: str) -> tuple[str, str]:
    name, _, words = line.partition(":")
    return name.strip(), words.strip()
