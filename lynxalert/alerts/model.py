"""The values of alerting: definitions, matches, instances, transitions. Pure data; words as in the glossary.

Durations are `timedelta`, instants aware UTC, T ("as-of") is the end of an evaluated window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from lynxalert.plan import Row

ZERO = dt.timedelta(0)

# Canonical JSON of an instance's by-fields, `{}` when the alert has no key. NULL is not "".
Key: TypeAlias = str


class Phase(StrEnum):
    """The condition axis: where an instance stands."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    NODATA = "nodata"


class Kind(StrEnum):
    """What a transition tells."""

    FIRED = "fired"
    CHANGED = "changed"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    NO_DATA = "no_data"
    FLAPPING = "flapping"


class Reason(StrEnum):
    """Why a transition came about, where its kind does not say it all."""

    DATA_BACK = "data_back"  # left `nodata`
    MISSING = "missing"  # the roster forgot the key
    NO_EVENTS = "no_events"  # fired for want of events: `no_data = "firing"`
    DISABLED = "disabled"
    DELETED = "deleted"
    UPDATED = "updated"  # the definition changed in meaning
    TIER = "tier"  # warn ↔ critical
    SETTLED = "settled"  # the truth after flapping


class NoData(StrEnum):
    """What an expected key without any event means."""

    OK = "ok"
    KEEP = "keep"
    NODATA = "nodata"
    FIRING = "firing"


class Lifecycle(StrEnum):
    """The first axis: whether an alert is evaluated at all."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Every:
    """A fixed interval on the UTC epoch grid. *text* is the interval as the user wrote it."""

    interval: dt.timedelta
    text: str


@dataclass(frozen=True, slots=True)
class Cron:
    """Cron instants in an IANA zone."""

    expression: str
    timezone: str = "UTC"


Schedule: TypeAlias = Every | Cron


@dataclass(frozen=True, slots=True)
class Flapping:
    """When an instance flaps: *changes* within the last *slots*; over after *quiet* slots without one."""

    changes: int = 5
    slots: int = 20
    quiet: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How inputs become transitions. Durations as in the configuration."""

    hold: dt.timedelta = ZERO  # `for`
    keep_firing_for: dt.timedelta = ZERO
    repeat_interval: dt.timedelta | None = None
    cooldown: dt.timedelta = ZERO
    no_data: NoData = NoData.OK
    no_data_for: dt.timedelta | None = None  # default window + interval
    forget_after: dt.timedelta = dt.timedelta(hours=24)
    flapping: Flapping | None = field(default_factory=Flapping)  # None: never hold
    max_instances: int = 1000
    error_after: int = 3


@dataclass(frozen=True, slots=True)
class Grouping:
    """What goes out together on a channel, in the words of Alertmanager.

    One message for all with the same values of the labels *by*: *wait* after the first of them, *interval* between
    one message and the next.
    """

    by: tuple[str, ...]
    wait: dt.timedelta = dt.timedelta(seconds=30)
    interval: dt.timedelta = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a destination takes: *count* messages in each *per*, and *burst* of them at once."""

    count: int
    per: dt.timedelta
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """One destination of an alert as configured; `notify` turns it into a channel. *config* may hold secrets.

    *pace* None: what is usual for its type. *max_age* is how long a message is tried, *max_age_resolved* how long an
    end is, *probe_interval* how often it is asked without a message; None: as for every channel.
    """

    type: str
    name: str
    enabled: bool = True
    send_resolved: bool = True
    grouping: Grouping | None = None
    pace: Pace | None = None
    max_age: dt.timedelta | None = None
    max_age_resolved: dt.timedelta | None = None
    probe_interval: dt.timedelta | None = None
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __hash__(self) -> int:
        """By what it says, its configuration as it is written: 1 and true are not the same there."""
        return hash((self.type, self.name, repr(self.config)))


@dataclass(frozen=True, slots=True)
class ActiveWindow:
    """A stretch of the wall clock, half-open; *end* at or before *start* wraps midnight.

    *days* are English weekday names, of the day on which the window begins; *start*, *end* are `HH:MM`, up to
    `24:00`.
    """

    days: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class ActiveSchedule:
    """When messages may go out, by the wall clock of an IANA zone. No windows: never."""

    timezone: str
    windows: tuple[ActiveWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A definition, checked. *id* is public (`alt_…`); *key* names it in a file; *version* counts changes of meaning."""

    id: str
    name: str
    query: str
    schedule: Schedule
    window: dt.timedelta
    channels: tuple[ChannelSpec, ...] = ()
    when: Mapping[str, Any] = field(default_factory=lambda: {"type": "any_rows"})
    metric: Mapping[str, Any] = field(
        default_factory=dict
    )  # the `type` and fields that query and `when` stand for
    policy: Policy = field(default_factory=Policy)
    delay: dt.timedelta = ZERO
    catchup_limit: dt.timedelta = dt.timedelta(hours=1)
    by: tuple[str, ...] | None = None  # `key = [...]`; None: the by-fields of the last aggregation
    expect: tuple[Mapping[str, Any], ...] = ()
    trigger_once: bool = False
    allow_gaps: bool = False
    time: str = "event"  # event | ingest: what the window is laid over
    active_schedule: ActiveSchedule | None = None  # None: always
    max_lateness: dt.timedelta | None = None  # default max(window, 10 min)
    enabled: bool = True
    paused: bool = False
    paused_until: dt.datetime | None = None  # None while paused: until resumed by hand
    severity: str = "error"  # critical | error | warning | info
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    version: int = 1
    source: str = "api"  # api | file
    file_key: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A result row that meets the condition now.

    *labels* are the by-fields, *values* the whole row, *value* the number judged, if one is, *tier* the level
    reached. *count* is how many rows share the key, 0 where it is their want that hits; *rows* are the first of them,
    for messages: never stored, never compared.
    """

    key: Key
    labels: Row
    values: Row
    value: float | None = None
    tier: str | None = None
    count: int = 1
    rows: tuple[Row, ...] = field(default=(), compare=False, metadata={"stored": False})

    @property
    def is_of_silence(self) -> bool:
        """Whether no row stands behind it: no data is what fires."""
        return self.count == 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one evaluated slot says about keys.

    *hits* meet the condition; *bands* neither meet it nor have recovered; any other key is a miss. *present*
    are the keys with any event before the final `where`, with their by-fields; None: nobody asked, so none
    counts as absent. *missing* are keys known to have no data now, whatever they had a moment ago.
    """

    hits: Mapping[Key, Match] = field(default_factory=dict)
    bands: Mapping[Key, Match] = field(default_factory=dict)
    present: Mapping[Key, Row] | None = None
    missing: Mapping[Key, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One stay outside `ok` that was told, or is held by flapping. *sequence* counts its transitions from 1."""

    id: str
    started: dt.datetime  # the first firing T
    sequence: int
    told: dt.datetime  # T of the last fired, changed or repeated
    tier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The state of one alert for one key.

    *since* is when the phase began, *seen* the last T at which the key had any event, *absent* the first T since
    then without one, *hit* the last T judged a hit. *episode* is open from its first message to its end. *flips*
    has bit n set when the condition changed n slots ago; while *flapping*, starts and ends are held.
    """

    key: Key
    labels: Row
    phase: Phase
    since: dt.datetime
    seen: dt.datetime
    absent: dt.datetime | None = None
    hit: dt.datetime | None = None
    match: Match | None = None
    episode: Episode | None = None
    was_firing: bool = False  # only in `nodata`: what the data went missing from
    flips: int = 0
    flapping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Something that happened to an instance: a row of history, and what deliveries tell.

    *sequence* counts from 1 within *episode*; *started* is the episode's first firing T, *at* the T of this one.
    *held* says that flapping keeps it from being told; *late* that it came from judging a past window again.
    *tier_before* is the tier of the episode until then, where it was another.
    """

    alert_id: str
    version: int
    key: Key
    labels: Row
    kind: Kind
    previous: Phase
    phase: Phase
    episode: str
    sequence: int
    started: dt.datetime
    at: dt.datetime
    reason: Reason | None = None
    match: Match | None = None
    tier: str | None = None
    tier_before: str | None = None
    held: bool = False
    late: bool = False

    @property
    def value(self) -> float | None:
        """The number judged, where there is one."""
        return self.match.value if self.match else None

    @property
    def is_start(self) -> bool:
        """Whether it opens the episode for whoever heard nothing of it yet."""
        return self.kind in (Kind.FIRED, Kind.NO_DATA, Kind.FLAPPING)

    @property
    def is_end(self) -> bool:
        """Whether it closes the episode."""
        return self.kind is Kind.RESOLVED


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one slot: every instance that remains, by key in order, and what happened, in order.

    *refused* counts the new keys that `max_instances` kept out.
    """

    instances: Mapping[Key, Instance]
    transitions: tuple[Transition, ...] = ()
    refused: int = 0
