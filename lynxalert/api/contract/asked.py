"""What query strings and small bodies may hold, where no class of the endpoint says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from lynxalert.alerts import Kind
from lynxalert.api import silences
from lynxalert.api.filters import STATUSES
from lynxalert.api.paging import MOST
from lynxalert.api.records import OF_EVALUATIONS
from lynxalert.config.definition import Instant
from lynxalert.config.shape import Section
from lynxalert.notify.model import Status
from lynxalert.state.listing import ORDERS

Limit = Annotated[int, Field(ge=1, le=MOST)]


def _words(known: Iterable[str]) -> WithJsonSchema:
    """Several words of those that are known."""
    return WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(map(str, known))}})


def _order(known: Iterable[str]) -> WithJsonSchema:
    """One of them, or backwards."""
    return WithJsonSchema({"type": "string", "enum": [sign + each for each in known for sign in ("", "-")]})


Texts = Annotated[Any, WithJsonSchema({"type": "array", "items": {"type": "string"}})]


class Paged(Section):
    """How much of a list, and from where on."""

    limit: Limit | None = None
    cursor: str | None = None


class AboutAlerts(Paged):
    """Which alerts: all that is said must hold. `label` is `team=shop`, or `team` for any; `q` is part of name, query or id."""

    status: Annotated[Any, _words(STATUSES)] = None
    enabled: bool | None = None
    label: Texts = None
    q: str | None = None
    source: Literal["api", "file"] | None = None
    sort: Annotated[Any, _order(ORDERS)] = None


class AboutTransitions(Paged):
    """Which transitions."""

    kind: Annotated[Any, _words(Kind)] = None
    sort: Literal["at", "-at"] = "-at"


class AboutEvaluations(Paged):
    """Which evaluations."""

    kind: Annotated[Any, _words(OF_EVALUATIONS)] = None
    sort: Literal["at", "-at"] = "-at"


class AboutDeliveries(Paged):
    """Which deliveries of an alert."""

    status: Annotated[Any, _words(Status)] = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class AboutNotifications(Paged):
    """Which deliveries: `status` once or several times; an alert's id; a channel's name or type."""

    status: Annotated[Any, _words(Status)] = None
    alert: str | None = None
    channel: str | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class AboutSilences(Paged):
    """Which silences; `q` is part of the reason."""

    state: Annotated[Any, _words(silences.STATES)] = None
    alert: str | None = None
    who: str | None = None
    q: str | None = None
    sort: Annotated[Any, _order(silences.ORDERS)] = None


class AboutEnding(Section):
    """Whom the end of a silence is told."""

    notify: Literal["next_transition", "still_firing"] = "next_transition"


class AboutChanges(Paged):
    """Which changes; every filter is a value as it is shown."""

    who: str | None = None
    action: str | None = None
    object_id: str | None = None
    key_id: str | None = None
    address: str | None = None
    sort: Literal["at", "-at"] = "-at"


class Moment(Section):
    """The moment to look at (now), and events to judge in the place of what is stored."""

    at: Instant | None = None
    events: list[str | dict[str, Any]] | None = None


class Replayed(Section):
    """The stretch of time, a version to compare with (fields that differ), thresholds to try."""

    earliest: str | None = None
    latest: str | None = None
    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")
    against: dict[str, Any] | None = None
    sweep: str | None = None
