"""The conditions of one alert, as the page has them: a second machine, slow and plain, sharing no code with the product.

Letters of a slot: `X` hit, `C` hit of the graver tier, `~` band, `.` miss, `0` no event at all, `!` the query failed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MINUTE = dt.timedelta(minutes=1)
TIERS = {"X": "warn", "C": "critical"}


@dataclass(frozen=True)
class Rules:
    """The settings of an alert; numbers are minutes, None is off."""

    hold: int = 0
    keep: int = 0
    repeat: int = 0
    cooldown: int = 0
    flapping: tuple[int, int, int] | None = None  # changes, slots, quiet
    no_data: str = "ok"
    forget: int = 24 * 60

    @property
    def tracked(self) -> bool:
        return self.no_data != "ok"

    def means(self) -> tuple[object, ...]:
        """What makes it another alert when it changes."""
        return self.hold, self.keep, self.flapping, self.no_data, self.forget


@dataclass(frozen=True)
class Told:
    """Something that happened; *started* is the episode's first T, which with its host names it."""

    host: str
    kind: str
    reason: str
    held: bool
    at: dt.datetime
    started: dt.datetime
    sequence: int

    @property
    def is_end(self) -> bool:
        return self.kind == "resolved"


@dataclass
class Key:
    """One instance."""

    phase: str = "ok"
    since: dt.datetime | None = None
    run: dt.datetime | None = None  # since when every slot was a hit
    last_hit: dt.datetime | None = None
    was_firing: bool = False
    seen: dt.datetime | None = None
    absent: dt.datetime | None = None
    tier: str | None = None  # of the last hit
    told_tier: str | None = None
    started: dt.datetime | None = None  # of the open episode
    sequence: int = 0
    reminded: dt.datetime | None = None
    flips: list[bool] = field(default_factory=list)
    flapping: bool = False

    @property
    def sounding(self) -> bool:
        return self.started is not None and (
            self.flapping or self.phase in ("firing", "recovering", "nodata")
        )


@dataclass
class Machine:
    """Every instance of one alert. *known* are those with a memory."""

    rules: Rules
    keys: dict[str, Key] = field(default_factory=dict)

    def slot(self, at: dt.datetime, letters: Mapping[str, str], acked: Iterable[object]) -> list[Told]:
        """Judge one slot; *acked* are (host, started) of episodes whose repeats were stopped."""
        if "!" in letters.values():
            return []
        told: list[Told] = []
        for host in sorted(letters):
            told += self._one(host, at, letters[host], set(acked))
        return told

    def close(self, at: dt.datetime, reason: str) -> list[Told]:
        """Disabled, deleted or changed in meaning."""
        told = []
        for host, key in sorted(self.keys.items()):
            if key.started is not None:
                told.append(self._tell(host, key, at, "resolved", reason))
        self.keys = {}
        return told

    def _one(self, host: str, at: dt.datetime, letter: str, acked: set[object]) -> list[Told]:
        rules = self.rules
        if not rules.tracked:
            letter = "." if letter == "0" else letter
            if host not in self.keys and letter not in "XC":
                return []
        elif host not in self.keys and letter == "0":
            return []
        key = self.keys.setdefault(host, Key(seen=at))
        if letter != "0":
            key.seen, key.absent = at, None
        else:
            key.absent = key.absent or at
            assert key.seen is not None
            if at - key.seen >= rules.forget * MINUTE:
                del self.keys[host]
                return [self._tell(host, key, at, "resolved", "missing")] if key.started else []
        said = self._advance(key, at, self._given(key, at, letter), acked=(host, key.started) in acked)
        return self._told(host, key, at, said)

    def _given(self, key: Key, at: dt.datetime, letter: str) -> str:
        if letter != "0":
            return letter
        assert key.absent is not None
        if at - key.absent + MINUTE < 2 * MINUTE:  # window and interval
            return "?"
        return {"keep": "?", "nodata": "0", "firing": "N"}[self.rules.no_data]

    def _advance(self, key: Key, at: dt.datetime, given: str, *, acked: bool) -> tuple[str, str] | None:
        """Move *key*, and say the one thing that is to be told before flapping: kind and reason."""
        hit, before = given in "XCN", key.phase
        if hit:
            key.tier = TIERS.get(given)
        if before in ("ok", "pending") or (before == "nodata" and not key.was_firing):
            return self._quiet(key, at, given)
        if before == "nodata":
            if hit or given == "~":
                self._enter(key, at, "firing")
                key.last_hit = at if hit else key.last_hit
                return "changed", "data_back"
            if given == ".":
                self._enter(key, at, "ok")
                return "resolved", "data_back"
            return None
        if hit or given == "~":
            key.last_hit = at if hit else key.last_hit
            self._enter(key, at, "firing")
            return self._burning(key, at, acked=acked) if before == "firing" else None
        if given == ".":
            self._enter(key, at, "recovering")
            assert key.since is not None
            if at - key.since < self.rules.keep * MINUTE:
                return None
            self._enter(key, at, "ok")
            return "resolved", ""
        return self._lost(key, at) if given == "0" else None

    def _quiet(self, key: Key, at: dt.datetime, given: str) -> tuple[str, str] | None:
        """From ok, pending, or without data since ok."""
        before = key.phase
        if given in "XCN":
            unbroken = before == "pending" and key.last_hit == at - MINUTE
            key.run, key.last_hit = (key.run if unbroken else at), at
            assert key.run is not None
            burning = at - key.run >= self.rules.hold * MINUTE
            self._enter(key, at, "firing" if burning else "pending")
            key.was_firing = False
            return ("fired", "no_events" if given == "N" else "") if burning else None
        if given in ".~":
            self._enter(key, at, "ok")
            ends = key.started is not None and before != "ok" and not (key.flapping and before == "pending")
            return ("resolved", "data_back") if ends else None
        return self._lost(key, at) if given == "0" and before != "nodata" else None

    def _burning(self, key: Key, at: dt.datetime, *, acked: bool) -> tuple[str, str] | None:
        if key.tier is not None and key.tier != key.told_tier:
            return "changed", "tier"
        assert key.reminded is not None
        due = self.rules.repeat and at - key.reminded >= self.rules.repeat * MINUTE
        return ("repeated", "") if due and not acked else None

    def _lost(self, key: Key, at: dt.datetime) -> tuple[str, str]:
        key.was_firing = key.phase in ("firing", "recovering")
        self._enter(key, at, "nodata")
        return "no_data", ""

    def _enter(self, key: Key, at: dt.datetime, phase: str) -> None:
        if key.phase != phase:
            key.phase, key.since = phase, at

    def _told(self, host: str, key: Key, at: dt.datetime, said: tuple[str, str] | None) -> list[Told]:
        """What flapping lets through."""
        change = said is not None and (said[0] in ("fired", "resolved", "no_data") or said[1] == "data_back")
        if self.rules.flapping is None:
            return [self._tell(host, key, at, *said)] if said else []
        changes, slots, quiet = self.rules.flapping
        key.flips = [*key.flips, change][-slots:]
        told = []
        if key.flapping:
            if said:
                told.append(self._tell(host, key, at, *said, held=change))
            if not any(key.flips[-quiet:]):
                key.flapping, key.flips = False, []
                if not said:
                    truth = {"firing": "changed", "recovering": "changed", "nodata": "no_data"}
                    told.append(self._tell(host, key, at, truth.get(key.phase, "resolved"), "settled"))
        elif change and sum(key.flips) >= changes:
            assert said is not None
            key.flapping = True
            told.append(self._tell(host, key, at, *said, held=True))
            told.append(self._tell(host, key, at, "flapping", ""))
        elif said:
            told.append(self._tell(host, key, at, *said))
        return told

    def _tell(
        self, host: str, key: Key, at: dt.datetime, kind: str, reason: str, *, held: bool = False
    ) -> Told:
        if key.started is None:
            key.started, key.sequence, key.told_tier = at, 0, None
        key.sequence += 1
        if kind != "resolved":
            key.reminded = at
        key.told_tier = key.tier or key.told_tier
        told = Told(host, kind, reason, held, at, key.started, key.sequence)
        if kind == "resolved" and not held:
            key.started, key.tier = None, None
        return told
