"""Alert timelines as text: one column per slot.

Input, one line per key: `X` hit, `w`/`c` hit of tier warn/critical, `~` band, `.` miss, `0` no event at all,
`!` the query failed, `_` the slot was never run. Output: `-` ok, `p` pending, `f` firing, `r` recovering,
`n` no data; where something was told: `F` fired, `R` resolved, `C` changed, `+` repeated, `N` no_data,
`L` flapping. `told` lists it all, `(…)` being held by flapping.
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
    Transition,
)
from lynxalert.alerts.state import step
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
    hits = {h.key: h for name, c in column.items() if c in "Xwc" for h in [hit(name, TIERS.get(c))]}
    bands = {h.key: h for name, c in column.items() if c == "~" for h in [hit(name)]}
    present = {key_of({"key": name}): {"key": name} for name, c in column.items() if c != "0"}
    return Inputs(hits, bands, present if tracked else None)


@dataclass
class Run:
    """A timeline being run: the instances as they are, everything told so far, and the phases by key."""

    alert: Alert
    tracked: bool
    instances: dict[Key, Instance] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    refused: int = 0
    at: dt.datetime = NOON

    def column(self, column: dict[str, str]) -> dict[str, str]:
        """Run one slot; the phase letters by key name."""
        assert isinstance(self.alert.schedule, Every)
        previous, self.at = self.at, self.at + self.alert.schedule.interval
        if "_" in column.values():
            return dict.fromkeys(column, "_")
        turn = Turn(self.alert, self.at, previous)
        outcome = step(turn, self.instances, inputs_of(column, tracked=self.tracked))
        self.instances = dict(outcome.instances)
        self.transitions += outcome.transitions
        self.refused += outcome.refused
        letters = {}
        for name in column:
            key = key_of({"key": name})
            told = [each for each in outcome.transitions if each.key == key and not each.held]
            phase = self.instances[key].phase if key in self.instances else Phase.OK
            letters[name] = KINDS[told[-1].kind] if told else PHASES[phase]
        return letters


def lines_of(text: str) -> dict[str, list[str]]:
    return {name: cells for name, *cells in (line.split() for line in text.splitlines() if line.strip())}


def describe(transition: Transition) -> str:
    words = [f"{transition.at:%H:%M}", transition.key, f"#{transition.sequence}", str(transition.kind)]
    words += [f"({transition.reason})"] if transition.reason else []
    words += [f"[{transition.tier}]"] if transition.tier else []
    words += ["late"] if transition.late else []
    text = " ".join(words[2:])
    return f"{words[0]} {words[1]} " + (f"({text})" if transition.held else text)


def play(alert_text: str, rows_text: str) -> str:
    """The whole timeline, input lines above output lines, then everything told."""
    alert = read_alert(alert_text)
    rows = lines_of(rows_text)
    run = Run(alert, tracked=alert.policy.no_data is not NoData.OK or "tracked" in alert_text)
    width = max(len(cells) for cells in rows.values())
    phases: dict[str, list[str]] = {name: [] for name in rows}
    for n in range(width):
        for name, letter in run.column({name: cells[n] for name, cells in rows.items()}).items():
            phases[name].append(letter)
    shown = []
    for name, cells in rows.items():
        shown += [f"{name:8}{' '.join(cells)}".rstrip(), f"{'':8}{' '.join(phases[name])}"]
    told = [describe(each) for each in run.transitions] or ["nothing"]
    refused = [f"refused {run.refused}"] if run.refused else []
    return "\n".join([*shown, "told", *(f"  {line}" for line in told), *refused])
