"""The durable state: definitions, instances, history, outbox, silences. The one door to SQLite."""

from lynxalert.state.database import Database, Transaction, is_refusal, is_trouble, reason_of
from lynxalert.state.definitions import Definition
from lynxalert.state.history import Evaluation, Recorded
from lynxalert.state.instances import Cursor
from lynxalert.state.migrate import StateError
from lynxalert.state.outbox import StoredOutbox
from lynxalert.state.overlays import Ack, Silence
from lynxalert.state.owed import Attempt, Listed

__all__ = [
    "Ack",
    "Attempt",
    "Cursor",
    "Database",
    "Definition",
    "Evaluation",
    "Listed",
    "Recorded",
    "Silence",
    "StateError",
    "StoredOutbox",
    "Transaction",
    "is_refusal",
    "is_trouble",
    "reason_of",
]
