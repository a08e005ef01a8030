"""The values of alerting: definitions, matches, instances, transitions. Pure data; words as in the glossary."""

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
    max_instances: int = 1000
    error_after: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """One destination of an alert as configured; `notify` turns it into a channel. *config* may hold secrets."""

    type: str
    name: str
    enabled: bool = True
    send_resolved: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


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
    policy: Policy = field(default_factory=Policy)
    delay: dt.timedelta = ZERO
    catchup_limit: dt.timedelta = dt.timedelta(hours=1)
    by: tuple[str, ...] | None = None  # `key = [...]`; None: the by-fields of the last aggregation
    expect: tuple[Mapping[str, Any], ...] = ()
    trigger_once: bool = False
    enabled: bool = True
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
    """A result row that meets the condition now. *values* is the row, *value* the number judged, if one is."""

    key: Key
    labels: Row
    values: Row
    value: float | None = None
    tier: str | None = None
