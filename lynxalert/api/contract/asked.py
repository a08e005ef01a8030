"""What query strings and small bodies may hold, where no class of the endpoint says it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from lynxalert.api.paging import MOST
from lynxalert.api.silences import STATES
from lynxalert.config.definition import Instant
from lynxalert.config.shape import Section
from lynxalert.notify.model import Status

Limit = Annotated[int, Field(ge=1, le=MOST)]
Words = {"type": "string", "enum": list(map(str, Status))}
Statuses = Annotated[Any, WithJsonSchema({"type": "array", "items": Words})]
State = Annotated[str, WithJsonSchema({"type": "string", "enum": list(STATES)})]


class Paged(Section):
    """How much of a list, and from where on."""

    limit: Limit | None = None
    cursor: str | None = None


class AboutNotifications(Paged):
    """Which deliveries: `status` once or several times; an alert's id; a channel's name or type."""

    status: Statuses = None
    alert: str | None = None
    channel: str | None = None


class AboutSilences(Paged):
    """Which silences."""

    state: State | None = None


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
