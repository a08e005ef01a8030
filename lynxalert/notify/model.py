"""The values of notification: what is owed to whom, what it says, how it went. Pure data, all of it JSON.

Not here: who gets what (`routing`), how it reads (`render`), how it travels (`http`, `channels`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum

from lynxalert.alerts.model import ChannelSpec, Kind
from lynxalert.clock import rfc3339
from lynxalert.errors import LynxError
from lynxalert.notify.message import Link, Message, Plain

__all__ = [
    "Delivery",
    "DeliveryError",
    "Failure",
    "Level",
    "Link",
    "Message",
    "Overlay",
    "Plain",
    "ProbeReport",
    "Quiet",
    "Receipt",
    "Special",
    "Start",
    "Status",
    "Target",
    "delivery_id",
]


class Status(StrEnum):
    """How far a delivery is. The last four are final."""

    QUEUED = "queued"  # also: held until `due_at`, or until released when `due_at` is None
    LEASED = "leased"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    COLLAPSED = "collapsed"  # told by another message: the end of its episode, or a digest

    @property
    def is_owed(self) -> bool:
        """Whether the outside world may still hear of it."""
        return self in (Status.QUEUED, Status.LEASED, Status.RETRYING)


class Special(StrEnum):
    """Kinds of deliveries that tell no single transition."""

    DIGEST = "digest"  # one message for many deliveries
    ACKNOWLEDGED = "acknowledged"  # somebody knows: told to whom it rings until then


class Quiet(StrEnum):
    """Why a delivery is suppressed or held. The first seven are overlays, with the same words as elsewhere."""

    MUTED = "muted"
    SILENCED = "silenced"
    OFF_SCHEDULE = "off_schedule"
    ACKED = "acked"
    COOLDOWN = "cooldown"
    FLAPPING = "flapping"
    INHIBITED = "inhibited"
    CHANNEL_DISABLED = "channel_disabled"
    SEND_RESOLVED_OFF = "send_resolved_off"
    START_NOT_ACCEPTED = "start_not_accepted"  # an end without an accepted start is never sent
    START_WAITING = "start_waiting"  # a repeat adds nothing while the start itself is still owed
    DIGEST = "digest"  # it is told, or was, by a digest


class Failure(StrEnum):
    """Why an attempt failed: the label of metrics, the reason of a delivery, the switch of the retry rule."""

    NETWORK = "network"  # no connection, or it broke
    TIMEOUT = "timeout"
    BLOCKED = "blocked"  # an address that may not be dialled
    THROTTLED = "throttled"  # 425, 429 and their dialects
    SERVER = "server"  # 408, 5xx
    UNAUTHORIZED = "unauthorized"  # 401, 403
    NOT_FOUND = "not_found"  # 404, 410
    REJECTED = "rejected"  # 400, 413, 422: the text, not the channel
    REFUSED = "refused"  # any other status, redirects included
    BAD_REPLY = "bad_reply"  # a success that does not read like one
    UNCONFIGURED = "unconfigured"  # the channel's configuration is incomplete or gone
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Target:
    """The channel a delivery is owed to.

    *destination* is the same for the same place and credentials (`telegram:5f2a…`), holds no secret, and names
    the one worker that serves it. *stateful*: the place keeps an incident open until its end arrives.
    """

    type: str
    name: str
    destination: str
    stateful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One transition owed to one channel: a row of the outbox, unique on (episode, sequence, target).

    *key* is the instance's key. *reason* is a `Quiet` while suppressed or held, a `Failure` while retrying or
    failed. *detail* is the remote reason without secrets. *due_at* None: held until released, or final.
    *settled_at* is when the last attempt ended. *receipt* is the provider's own id of the message. *group* names what
    it goes out with, where its channel groups. *digest* is the id of the delivery that tells it in its place.
    """

    id: str
    alert_id: str
    key: str
    episode: str
    sequence: int
    target: Target
    kind: Kind | Special
    status: Status
    created_at: dt.datetime
    due_at: dt.datetime | None
    message: Message
    reason: str | None = None
    detail: str | None = None
    attempt: int = 0
    lease_until: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    receipt: str | None = None
    degraded: bool = False
    group: str | None = None
    digest: str | None = None

    @property
    def is_digest(self) -> bool:
        """Whether it tells other deliveries."""
        return self.kind is Special.DIGEST

    @property
    def is_end(self) -> bool:
        """Whether it ends the episode."""
        return self.kind is Kind.RESOLVED

    def as_json(self) -> dict[str, Plain]:
        """The delivery for the API: enums as words, times as RFC 3339."""
        whole = asdict(self)
        return {
            name: rfc3339(value) if isinstance(value, dt.datetime) else value for name, value in whole.items()
        }


@dataclass(frozen=True, slots=True)
class Overlay:
    """Why an alert or instance is quiet at the moment; *until* None: until somebody ends it.

    *who* made it so and what they said (*note*); *source* is the id of the silence, or of the alert that inhibits.
    """

    reason: Quiet
    until: dt.datetime | None = None
    who: str = ""
    note: str = ""
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What the outbox remembers of the first message of one episode to one target: the accepted-starts view.

    *status* is the best of the episode's messages there that are not its end: delivered, else owed, else
    suppressed or failed. *told* is the sequence of the newest of them that was delivered or is owed. *accepted_at* is when the first was accepted. *channel* is the configuration kept for
    the target, for the case that the alert has lost it.
    """

    key: str
    episode: str
    target: Target
    status: Status
    accepted_at: dt.datetime | None = None
    channel: ChannelSpec | None = field(default=None, repr=False)
    told: int = 0


def delivery_id(episode: str, sequence: int, target: Target) -> str:
    """`dlv_` + 32 hex digits, the same for the same delivery after a crash: `webhook-id` and idempotency key."""
    parts = "\x00".join((episode, str(sequence), target.type, target.name, target.destination))
    return "dlv_" + hashlib.sha256(parts.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's acceptance, with its own id of the message where it gives one. *note*: what of it was not taken."""

    provider_id: str | None = None
    note: str | None = None


class DeliveryError(LynxError):
    """An attempt that failed. *detail* (and `str()`) never hold a secret; *retry_after* is the provider's wish.

    *body* is the provider's JSON answer, for its channel only: never logged or stored.
    """

    def __init__(
        self,
        reason: Failure,
        detail: str,
        *,
        permanent: bool = False,
        retry_after: dt.timedelta | None = None,
        status: int | None = None,
        body: Plain = None,
    ) -> None:
        self.reason = reason
        self.detail = detail
        self.permanent = permanent
        self.retry_after = retry_after
        self.status = status
        self.body = body
        super().__init__(detail)


class Level(IntEnum):
    """How far a probe came. Each includes those before it."""

    NONE = 0
    TCP = 1
    TLS = 2
    HTTP = 3
    AUTH = 4
    TARGET = 5


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe found without notifying anyone. *status*: reachable | unreachable | unknown."""

    level: Level
    status: str
    note: str = ""
