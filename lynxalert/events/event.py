"""Event: what every protocol hands to the store. It is not yet a row: fields are read from `raw` later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its sender gave it.

    *raw* is the text of the event; an object is its compact JSON as received. *time* (aware, UTC) is what the
    sender declared; None: look for it in the text, else the moment of arrival. *host* and *sourcetype* are None
    when the sender gave none. *fields* are those given beside the text; they win over the ones found in it.
    *document* is `raw` already parsed as a JSON object, when the decoder had to do so anyway: never anything else.
    """

    raw: str
    index: str = "main"
    source: str = "default"
    sourcetype: str | None = None
    host: str | None = None
    time: dt.datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """A part of a payload that could not become an event. *line* counts from 1, 0 if unknown; *raw* is what stood there."""

    line: int
    reason: str
    raw: str
    index: str = "main"
    source: str = "default"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A reject as it was kept, with the moment it arrived (aware, UTC)."""

    time: dt.datetime
    reject: Reject


@dataclass(frozen=True, slots=True)
class IngestReceipt:
    """What became of a payload: how many events were kept, and (line, reason) of those that were not."""

    accepted: int
    rejected: tuple[tuple[int, str], ...] = ()
