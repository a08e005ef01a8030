"""Alert timelines as text: one column per slot.

Input, one line per key: `X` hit, `w`/`c` hit of tier warn/critical, `~` band, `.` miss, `0` no event at all,
`!` the query failed, `_` the slot was never run, `a` a hit after somebody has acknowledged; `D` the alert was
disabled, `G` deleted, `U` changed in meaning. Output: `-` ok, `p` pending, `f` firing, `r` recovering, `n` no data; where
something was told: `F` fired, `R` resolved, `C` changed, `+` repeated, `N` no_data, `L` flapping. `told` lists it all,
`(…)` being held by flapping.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from lynxalert.alerts.keys import key_of
from lynxalert.alerts.model import (
    Alert,
    Every,
    Flapping,
    Inputs,
    Instance,
    Key,
    Kind,
    Match,
    NoData,
    Phase,
    Policy,
    Reason,
    Step,
    Transition,
)
from lynxalert.alerts.state import close, step
from lynxalert.alerts.turn import Turn

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
PHASES = {Phase.OK: "-", Phase.PENDING: "p", Phase.FIRING: "f", Phase.RECOVERING: "r", Phase.NODATA: "n"}
KINDS = {
    Kind.FIRED: "F",
    Kind.RESOLVED: "R",
    Kind.CHANGED: "C",
    Kind.REPEATED: "+",
    Kind.NO_DATA: "N",
    Kind.FLAPPING: "L",
}
UNITS = {"s": 1, "m": 60, "h": 3600}
TIERS = {"w": "warn", "c": "critical"}
CLOSINGS = {"D": Reason.DISABLED, "G": Reason.DELETED, "U": Reason.UPDATED}


def duration(text: str) -> dt.timedelta:
    return dt.timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])


def read_alert(text: str) -> Alert:
    """`every 1m, window 5m, for 2m, keep 1m, repeat 5m, no_data nodata, forget 1h, flapping 3/6/4, max 2, expect a b`."""
    words = dict(part.strip().split(" ", 1) for part in text.split(","))
    every = duration(words["every"])
    flapping = words.get("flapping", "off")
    policy = Policy(
        hold=duration(words.get("for", "0s")),
        keep_firing_for=duration(words.get("keep", "0s")),
        repeat_interval=duration(words["repeat"]) if "repeat" in words else None,
        no_data=NoData(words.get("no_data", "ok")),
        no_data_for=duration(words["no_data_for"]) if "no_data_for" in words else None,
        forget_after=duration(words.get("forget", "24h")),
        flapping=None if flapping == "off" else Flapping(*map(int, flapping.split("/"))),
        max_instances=int(words.get("max", "1000")),
    )
    return Alert(
        id="alt_1",
        name="timeline",
        query="*",
        schedule=Every(every, words["every"]),
        window=duration(words.get("window", words["every"])),
        policy=policy,
        expect=tuple({"key": key} for key in words.get("expect", "").split()),
    )


def hit(name: str, tier: str | None = None) -> Match:
    labels = {"key": name}
    return Match(key_of(labels), labels, labels | {"count": 7}, 7.0, tier)


def inputs_of(column: dict[str, str], *, tracked: bool) -> Inputs | None:
    """What one column of the timeline says; None for a failed query."""
    if "!" in column.values():
        return None
    hits = {h.key: h for name, c in column.items() if c in "Xwca" for h in [hit(name, TIERS.get(c))]}
    bands = {h.key: h for name, c in column.items() if c == "~" for h in [hit(name)]}
    present = {key_of({"key": name}): {"key": name} for name, c in column.items() if c != "0"}
    return Inputs(hits, bands, present if tracked else None)


@dataclass(frozen=True)
class Cell:
    """What one slot did to one key: a row of the table, as it happened."""

    before: Phase
    letter: str
    after: Phase  # ok, too, where nothing is left of it
    told: tuple[Transition, ...]
    alert: Alert


@dataclass
class Run:
    """A timeline being run: the instances as they are, everything told so far, and each cell."""

    alert: Alert
    tracked: bool
    instances: dict[Key, Instance] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    refused: int = 0
    at: dt.datetime = NOON
    cells: list[Cell] = field(default_factory=list)

    def column(self, column: dict[str, str]) -> dict[str, str]:
        """Run one slot; the phase letters by key name."""
        assert isinstance(self.alert.schedule, Every)
        previous, self.at = self.at, self.at + self.alert.schedule.interval
        if "_" in column.values():
            return dict.fromkeys(column, "_")
        before = self.instances
        outcome = self._step(column, previous)
        self.instances = dict(outcome.instances)
        self.transitions += outcome.transitions
        self.refused += outcome.refused
        letters = {}
        for name, letter in column.items():
            key = key_of({"key": name})
            told = tuple(each for each in outcome.transitions if each.key == key)
            phase = self.instances[key].phase if key in self.instances else Phase.OK
            was = before[key].phase if key in before else Phase.OK
            self.cells.append(Cell(was, letter, phase, told, self.alert))
            said = [each for each in told if not each.held]
            letters[name] = KINDS[said[-1].kind] if said else PHASES[phase]
        return letters

    def _step(self, column: dict[str, str], previous: dt.datetime) -> Step:
        letters = set(column.values())
        episodes = [each.episode.id for each in self.instances.values() if each.episode is not None]
        acked = frozenset(episodes if "a" in letters else ())
        turn = Turn(self.alert, self.at, previous, acked)
        if (letter := next(iter(letters & CLOSINGS.keys()), None)) is not None:
            return close(turn, self.instances, CLOSINGS[letter])
        return step(turn, self.instances, inputs_of(column, tracked=self.tracked))


def lines_of(text: str) -> dict[str, list[str]]:
    return {name: cells for name, *cells in (line.split() for line in text.splitlines() if line.strip())}


def describe(transition: Transition) -> str:
    words = [f"{transition.at:%H:%M}", transition.key, f"#{transition.sequence}", str(transition.kind)]
    words += [f"({transition.reason})"] if transition.reason else []
    words += [f"[{transition.tier}]"] if transition.tier else []
    words += ["late"] if transition.late else []
    text = " ".join(words[2:])
    return f"{words[0]} {words[1]} " + (f"({text})" if transition.held else text)


def begin(alert_text: str) -> Run:
    alert = read_alert(alert_text)
    return Run(alert, tracked=alert.policy.no_data is not NoData.OK or "tracked" in alert_text)


def columns(rows_text: str) -> list[dict[str, str]]:
    rows = lines_of(rows_text)
    return [{name: cells[n] for name, cells in rows.items()} for n in range(max(map(len, rows.values())))]


def play(alert_text: str, rows_text: str) -> str:
    """The whole timeline, input lines above output lines, then everything told."""
    run, rows = begin(alert_text), lines_of(rows_text)
    phases: dict[str, list[str]] = {name: [] for name in rows}
    for column in columns(rows_text):
        for name, letter in run.column(column).items():
            phases[name].append(letter)
    shown = []
    for name, cells in rows.items():
        shown += [f"{name:8}{' '.join(cells)}".rstrip(), f"{'':8}{' '.join(phases[name])}"]
    told = [describe(each) for each in run.transitions] or ["nothing"]
    refused = [f"refused {run.refused}"] if run.refused else []
    return "\n".join([*shown, "told", *(f"  {line}" for line in told), *refused])
