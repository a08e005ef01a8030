"""Event → the event store: tables, raw log, batches, catalog of fields."""

from lynxalert.events.errors import Backpressure, StoreError, StoreLocked, Unreadable
from lynxalert.events.event import Event, IngestReceipt, Reject
from lynxalert.events.store import EventStore

__all__ = [
    "Backpressure",
    "Event",
    "EventStore",
    "IngestReceipt",
    "Reject",
    "StoreError",
    "StoreLocked",
    "Unreadable",
]
