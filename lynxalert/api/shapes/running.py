"""How the daemon is: health, channels, configuration."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.paging import ShownMistake

Word = Literal["ok", "degraded", "down"]


class LoopHealth(TypedDict):
    """A part that goes round."""

    status: Word
    last_activity: dt.datetime | None
    failure: str | None


class MadeAgain(TypedDict):
    """A database that was damaged: where it lies now, what was restored."""

    moved_to: str
    reason: str
    events_restored: int
    restored_since: dt.datetime | None


class StoreHealth(TypedDict):
    """The event store: what was stored, what waits, what stands in the way."""

    status: Word
    stored: int
    queued: int
    dead_letters: int
    late: int
    failure: str | None
    refusal: str | None
    damage: str | None
    damaged_log_records: int
    database_made_again: MadeAgain | None


class ConfigurationHealth(TypedDict):
    """Degraded while the file on disk was refused and an older one is in force."""

    status: Word
    message: NotRequired[str]
    mistakes: NotRequired[int]


class IllChannel(TypedDict):
    """A channel that is not well."""

    type: str
    name: str
    state: str
    since: dt.datetime | None
    reason: str | None


class ChannelsHealth(TypedDict):
    """How many channels are in each state, and those that are not well."""

    status: Word
    untried: int
    ok: int
    failing: int
    red: int
    ill: list[IllChannel]


class SyslogHealth(TypedDict):
    """The listeners of syslog, where there are any."""

    status: Word
    failure: str | None
    udp: NotRequired[str]
    tcp: NotRequired[str]
    tls: NotRequired[str]
    udp_dropped: NotRequired[int]
    udp_buffer: NotRequired[int]
    connections: NotRequired[int]
    most_connections: NotRequired[int]


class ShownHealth(TypedDict):
    """Every part, and the worst of them as the whole."""

    status: Word
    version: str
    store: StoreHealth
    scheduler: LoopHealth
    outbox: LoopHealth
    configuration: ConfigurationHealth
    channels: ChannelsHealth
    syslog: NotRequired[SyslogHealth]


class ShownReadiness(TypedDict):
    """Whether to send traffic here."""

    ready: bool
    waiting_for: list[str]


class LastError(TypedDict):
    """Why a channel last refused."""

    at: dt.datetime
    reason: str | None
    message: str | None


class LastTest(TypedDict):
    """What the last test came to."""

    at: dt.datetime
    status: str | None


class StandingChannel(TypedDict):
    """A channel and how it is; `enabled` null: no alert uses it any more."""

    type: str
    name: str
    destination: str
    stateful: bool
    state: str
    since: dt.datetime | None
    for_seconds: float | None
    failures: int
    last_success: dt.datetime | None
    last_error: LastError | None
    last_test: LastTest | None
    enabled: bool | None
    alerts: int
    waiting: int
    error_channel: bool


class StandingChannels(TypedDict):
    """Channels, by name."""

    channels: list[StandingChannel]


class ShownConfiguration(TypedDict):
    """The file as written: references to secrets as references, secrets masked."""

    file: str | None
    config: dict[str, Any]
    warnings: list[ShownMistake]


class PlannedChange(TypedDict):
    """An alert of the file, and the fields that differ."""

    key: str
    fields: list[str]


class Planned(TypedDict):
    """What a reload would do: alerts that begin anew (`changed`), those that go on (`cosmetic`), other tables."""

    added: list[str]
    changed: list[PlannedChange]
    cosmetic: list[PlannedChange]
    removed: list[str]
    sections: list[str]
    restart_needed_for: list[str]
    warnings: list[ShownMistake]


class Reloaded(TypedDict):
    """Keys of the file's alerts by what became of them, and the settings that wait for a restart."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    restart_needed_for: list[str]
