"""What the interface asks of the daemon: protocols only. Who implements them is the composition's affair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from lynxalert.access import Actor, Key, Role
from lynxalert.alerts import Alert
from lynxalert.config.settings import Settings
from lynxalert.engine import Engine
from lynxalert.errors import LynxError
from lynxalert.notify.matchers import Matcher
from lynxalert.notify.model import Status
from lynxalert.state import Silence
from lynxalert.state.audit import Change
from lynxalert.state.listing import Wanted


class UnknownAlertError(LynxError):
    """No alert has this id or key."""


class BusyError(LynxError):
    """Only so many of these run at once."""


class NothingFiresError(LynxError):
    """The alert has no open episode, or none with this key."""


class UnknownDeliveryError(LynxError):
    """No delivery has this id."""


class NotFailedError(LynxError):
    """Only a failed delivery can be tried again."""


class MadeAlreadyError(LynxError):
    """There is something of this id that is not what was to be made; the message says what."""


class StaleError(LynxError):
    """The alert was changed since the caller read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert with how it stands.

    *revision* counts every change of the definition. *status*: ok | triggered | error. *checked*, *triggered*: T of
    the last evaluation, of the last hit. *health* has `state` (ok, error, behind), `since`, `count`, `message`.
    *counts* has what was counted of it as long as it exists. *mute* has `until`, `reason`; None: not muted. *document* is what its author wrote in another product's words.
    """

    alert: Alert
    revision: int
    created_at: dt.datetime
    updated_at: dt.datetime
    status: str = "ok"
    checked: dt.datetime | None = None
    triggered: dt.datetime | None = None
    health: Mapping[str, Any] = field(default_factory=lambda: {"state": "ok"})
    counts: Mapping[str, Any] = field(default_factory=dict)
    mute: Mapping[str, Any] | None = None
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became known of an alert: accepted *starts*, when the last message was accepted (*notified*).

    *condition* and *value* are those of the instance that is worst off.
    """

    starts: int = 0
    notified: dt.datetime | None = None
    condition: str = "ok"
    value: float | None = None


class Stretch(NamedTuple):
    """Alerts of a list in its order, the *places* they stand at there, and how many the whole list has."""

    standings: Sequence[Standing]
    places: Sequence[str | int]
    total: int


class Alerts(Protocol):
    """The alerts in force, from files and made here, side by side. *name* is an id, or the key of an alert in a file.

    *by* is who asks for a change: its name stands as `who`, and in the audit.
    """

    async def all(self) -> Sequence[Standing]:
        """Every alert, by name."""
        ...

    async def listed(self, wanted: Wanted, limit: int | None, after: tuple[str | int, str] | None) -> Stretch:
        """The first *limit* alerts that are *wanted*, behind the one with that place and id."""
        ...

    async def find(self, name: str) -> Standing:
        """One alert.

        Raises:
            UnknownAlertError: there is none.
        """
        ...

    async def create(self, alert: Alert, document: Mapping[str, Any] | None = None, *, by: Actor) -> Standing:
        """Store a new alert; durable before this returns. One of its id that is the same stays as it stands.

        Raises:
            MadeAlreadyError: there is another of its id.
        """
        ...

    async def told(self, alert_ids: Sequence[str]) -> Mapping[str, Told]:
        """What became known of these alerts, by id."""
        ...

    async def replace(
        self, alert: Alert, revision: int, document: Mapping[str, Any] | None = None, *, by: Actor
    ) -> Standing:
        """Put *alert* in the place of what has its id; what it keeps of its state depends on what changed.

        The document stays unless there is a new one.

        Raises:
            UnknownAlertError: it is gone.
            StaleError: what is stored does not have this *revision* any more.
        """
        ...

    async def delete(self, alert: Alert, *, by: Actor) -> None:
        """Remove it; what fires ends as `deleted`.

        Raises:
            UnknownAlertError: it is gone already.
        """
        ...

    async def mute(
        self, alert: Alert, until: dt.datetime | None, reason: str | None, *, by: Actor
    ) -> Standing:
        """Keep it quiet, without an end if *until* is None."""
        ...

    async def unmute(self, alert: Alert, *, tell_still_firing: bool, by: Actor) -> Standing:
        """Let it speak again: from the next transition on, or at once of what still fires."""
        ...

    async def history(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """Its transitions, all or those of *kinds*, newest first, each with a `number` to page by."""
        ...

    async def notifications(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """What was owed to its channels, all or of the status *kinds*, newest first, each with a `number` to page by."""
        ...

    async def evaluations(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """Its evaluations, all or those of *kinds*, newest first, each with a `number` to page by."""
        ...

    async def instances(self, alert: Alert) -> Sequence[Mapping[str, Any]]:
        """Its instances, by key."""
        ...


class Notifications(Protocol):
    """Deliveries over all alerts, and the channels they go to. Errors name no secret."""

    async def listed(
        self,
        limit: int,
        before: int | None,
        *,
        alert_id: str | None = None,
        status: Collection[Status] = (),
        channel: str | None = None,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """The newest older than number *before*, newest first, or the other way round; *channel* is a name or a type."""
        ...

    async def find(self, delivery_id: str) -> Mapping[str, Any]:
        """One with its `log` of attempts.

        Raises:
            UnknownDeliveryError: there is none of this id.
        """
        ...

    async def retry(self, delivery_id: str, *, by: Actor) -> Mapping[str, Any]:
        """Owe a failed one again, at once.

        Raises:
            UnknownDeliveryError: there is none of this id.
            NotFailedError: it did not fail.
        """
        ...

    async def channels(self) -> Sequence[Mapping[str, Any]]:
        """Every channel, with how it is."""
        ...

    def untried(self, alert: Alert) -> Sequence[int]:
        """The places of its enabled channels that never took a message, nor a test."""
        ...


class Silences(Protocol):
    """What people keep quiet, and what they know of."""

    async def all(self) -> Sequence[Silence]:
        """Every silence and mute there was, earliest first."""
        ...

    async def create(
        self,
        matchers: Sequence[Matcher],
        starts_at: dt.datetime,
        ends_at: dt.datetime | None,
        reason: str,
        *,
        by: Actor,
        silence_id: str,
    ) -> Silence:
        """Keep quiet what *matchers* match, without an end if *ends_at* is None; one of that id stays as it stands.

        Raises:
            MadeAlreadyError: there is one of that id with other matchers or another reason.
        """
        ...

    async def end(self, silence_id: str, *, tell_still_firing: bool, by: Actor) -> bool:
        """End a silence or mute by hand; whether it still held or was to come."""
        ...

    async def acknowledge(
        self,
        alert: Alert,
        key: Mapping[str, Any] | None,
        until: dt.datetime | None,
        note: str,
        *,
        by: Actor,
    ) -> Sequence[Mapping[str, Any]]:
        """Stop the repeats of what fires of *alert*: of the instance *key*, or of all; each as it is now known.

        Raises:
            NothingFiresError: there is no such open episode.
        """
        ...

    async def unacknowledge(self, alert: Alert, key: Mapping[str, Any] | None, *, by: Actor) -> None:
        """Let it be repeated again.

        Raises:
            NothingFiresError: there is no such open episode.
        """
        ...


class Keys(Protocol):
    """Access keys."""

    def all(self) -> Sequence[Key]:
        """Every key, earliest first."""
        ...

    async def create(
        self,
        name: str,
        role: Role,
        *,
        expires_at: dt.datetime | None = None,
        indexes: tuple[str, ...] = (),
        sources: tuple[str, ...] = (),
        by: Actor,
        key_id: str | None = None,
    ) -> tuple[Key, str]:
        """A new key, of an id of its own unless said, and its text, which is told only here.

        Raises:
            MadeAlreadyError: there is one of that id.
        """
        ...

    async def revoke(self, key_id: str, *, by: Actor) -> bool:
        """Forget a key; whether there was one."""
        ...


class Audit(Protocol):
    """Who changed what."""

    async def listed(
        self, *, limit: int, before: int | None = None, oldest_first: bool = False, **equal: str
    ) -> Sequence[Change]:
        """The newest changes, numbers below *before*; *equal* are columns and the values they must have."""
        ...


class Configuration(Protocol):
    """The configuration in force; a reload replaces `settings` and `engine` together."""

    @property
    def settings(self) -> Settings:
        """As last applied."""
        ...

    @property
    def engine(self) -> Engine:
        """Queries with the macros in force."""
        ...

    async def plan(self) -> Mapping[str, Any]:
        """Read the file again and apply nothing of it: what a reload would change.

        Raises:
            ConfigError: a reload would be refused.
        """
        ...

    async def reload(self, *, by: Actor) -> Mapping[str, Any]:
        """Read the file again and apply all of it: what was added, changed, removed.

        Raises:
            ConfigError: nothing was applied.
        """
        ...


class Part(Protocol):
    """Something that can say how it is."""

    def health(self) -> Mapping[str, Any]:
        """`status` (ok, degraded, down) and whatever explains it."""
        ...
