"""Event → the event store: tables, raw log, batches, catalog of fields."""

from lynxalert.events.alike import Alike, Grouped, destinations
from lynxalert.events.errors import (
    Backpressure,
    StorageFull,
    StoreClosing,
    StoreError,
    StoreLocked,
    Unreadable,
)
from lynxalert.events.event import DeadLetter, Event, IngestReceipt, Reject
from lynxalert.events.extract import clean, from_value, instant, may_be_deep, parse_object
from lynxalert.events.limits import Counters, Limits
from lynxalert.events.quota import Quotas, SourceLimit
from lynxalert.events.stamps import stamped_as
from lynxalert.events.store import EventStore
from lynxalert.events.stretch import Stretch

__all__ = [
    "Alike",
    "Backpressure",
    "Counters",
    "DeadLetter",
    "Event",
    "EventStore",
    "Grouped",
    "IngestReceipt",
    "Limits",
    "Quotas",
    "Reject",
    "SourceLimit",
    "StorageFull",
    "StoreClosing",
    "StoreError",
    "StoreLocked",
    "Stretch",
    "Unreadable",
    "clean",
    "destinations",
    "from_value",
    "instant",
    "may_be_deep",
    "parse_object",
    "stamped_as",
]
