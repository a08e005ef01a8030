"""The contract of an ingest protocol: settings, and a pure `decode` from a payload to events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from typing import Protocol as Structure

from lynxalert.events import Event, Reject
from lynxalert.registry import Registry


@dataclass(frozen=True, slots=True)
class Payload:
    """One request or datagram: *body* without content encoding, *headers* by lower-case name.

    *path* are the named parts of the address (`index` in `/{index}/_bulk`).
    *arrived* (aware) and *sender* (an address) are told to protocols whose messages need them: a time without a year,
    a message without a host.
    """

    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    arrived: dt.datetime | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """The events of a payload, the parts of it that are none, and in how many lines bad UTF-8 became U+FFFD."""

    events: Sequence[Event]
    rejects: tuple[Reject, ...] = ()
    repaired: int = 0


class Protocol(Structure):
    """A dataclass whose fields are the protocol's settings."""

    def decode(self, payload: Payload) -> Decoded:
        """The events of *payload*. No I/O, no clock: an event without a time has None.

        Raises:
            IngestError: nothing of the payload can be used.
        """
        ...


PROTOCOLS: Registry[type[Any]] = Registry("protocol")

P = TypeVar("P", bound=type[Any])


def protocol(name: str) -> Callable[[P], P]:
    """Register the decorated dataclass as the protocol *name*; must be the outermost decorator."""

    def register(entry: P) -> P:
        PROTOCOLS.add(name, entry, documentation=entry.__doc__)
        return entry

    return register
