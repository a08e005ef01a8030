"""The tables of the durable state. Nothing but columns; the schema on disk is made by `migrations`.

Instants are integers, microseconds since 1970 UTC: they sort, and nothing can read them in a wrong zone.
Secrets stand in `alerts` only (`definition`, `document`, `retired`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from lynxalert.state import codec

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, exact to the microsecond."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's contract
        """Microseconds since 1970."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's contract
        """Aware, UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


class Json(TypeDecorator[Any]):
    """Any value that `codec.dumps` takes; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's contract
        """JSON text."""
        return None if value is None else codec.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's contract
        """The value."""
        return None if value is None else codec.loads(value)


metadata = MetaData()

alerts = Table(
    "alerts",
    metadata,
    Column("id", String, primary_key=True),
    Column("file_key", String),
    Column("name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # counts every change, for ETag and for the evaluator
    Column("definition", Json, nullable=False),  # an `Alert`
    Column("document", Json),  # as its author wrote it
    Column("retired", Json, nullable=False),  # channels it lost that are still owed something
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),  # kept, so that versions go on if it comes back
    Index("alerts_by_key", "file_key"),
)

# Beside `alerts`, which is wide: what lists are filtered and ordered by, of those that are not deleted. `terms` writes it.
listed = Table(
    "listed",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("kind", String),  # the type of its metric
    Column("sought", Text, nullable=False),  # everything a text is looked for in, its case folded
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("listed_by_name", "name", "alert_id"),
    Index("listed_by_creation", "created_at", "alert_id"),
    Index("listed_by_change", "updated_at", "alert_id"),
)

listed_labels = Table(
    "listed_labels",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
    Index("listed_labels_by_name", "name", "value", "alert_id"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("next_slot", Instant, nullable=False),
    Column("checked_at", Instant),  # T of the last evaluation
    Column("hit_at", Instant),  # T of the last hit
    Column("attempt", Integer, nullable=False),  # failed tries of the slot it stands on
    Column("retry_at", Instant),
    Column("health", Json, nullable=False),
    Column("memory", Json),  # what the condition remembers
    Column("seen_sequence", Integer),  # ingest sequence the last evaluation could see
    Column("counts", Json),  # a `Counts`
    Column("broken", Boolean, nullable=False, server_default=text("0")),  # its health is `error`
    Index("cursors_broken", "alert_id", sqlite_where=text("broken")),
)

# Spelled out, not bound: SQLite takes an index of some rows only for a condition that it can see.
SOUNDS = text("phase IN ('firing', 'recovering')")

instances = Table(
    "instances",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("phase", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("episode", String),
    Column("body", Json, nullable=False),  # an `Instance`
    Index("instances_by_episode", "episode"),
    Index("instances_sounding", "alert_id", sqlite_where=SOUNDS),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("kind", String, nullable=False),  # judged | error | gap
    Column("slot", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("starts", Instant),
    Column("ends", Instant),
    Column("slots", Integer, nullable=False),  # of a gap; else 1
    Column("rows", Integer),
    Column("value", Float),
    Column("duration", Float),  # seconds
    Column("sequence", Integer),
    Column("error", Text),
    Column("inputs", Json),  # hits and bands, kept for `max_lateness`
    Index("evaluations_by_alert", "alert_id", "at", "id"),
    Index("evaluations_by_time", "recorded_at"),
)
Index(
    "evaluations_odd",
    evaluations.c.kind,
    evaluations.c.recorded_at,
    sqlite_where=evaluations.c.kind != "judged",
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("episode", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("body", Json, nullable=False),  # a `Transition`
    UniqueConstraint("episode", "sequence"),
    Index("transitions_by_alert", "alert_id", "id"),
    Index("transitions_by_time", "recorded_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("alert_id", String, nullable=False),
    Column("key", String, nullable=False),
    Column("episode", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("name", String, nullable=False),
    Column("destination", String, nullable=False),
    Column("stateful", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("detail", Text),
    Column("attempt", Integer, nullable=False),
    Column("degraded", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("lease_until", Instant),
    Column("settled_at", Instant),
    Column("receipt", String),
    Column("message", Json, nullable=False),
    Column("group", String),  # what it goes out with
    Column("digest", String),  # the delivery that tells it
    UniqueConstraint("episode", "sequence", "type", "name", "destination"),
    Index("deliveries_due", "status", "destination", "due_at"),
    Index("deliveries_by_alert", "alert_id", "number"),
    Index("deliveries_by_group", "group", "destination"),
    Index("deliveries_by_digest", "digest"),
    Index("deliveries_by_key", "alert_id", "key"),
    Index("deliveries_by_time", "created_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("detail", Text),
    Index("attempts_by_delivery", "delivery_id"),
    Index("attempts_by_time", "at"),
)

channels = Table(
    "channels",
    metadata,
    Column("type", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("destination", String, primary_key=True),
    Column("stateful", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("since", Instant),
    Column("failures", Integer, nullable=False),
    Column("accepted_at", Instant),
    Column("failed_at", Instant),
    Column("reason", String),
    Column("detail", Text),
    Column("tested_at", Instant),
    Column("tested", String),
)

evidence = Table(
    "evidence",
    metadata,
    Column("episode", String, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("events", Json, nullable=False),  # the newest raw events when it began
    Index("evidence_by_time", "recorded_at"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String, primary_key=True),
    Column("alert_id", String),  # a mute: the silence of one alert
    Column("matchers", Json, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),  # None: until ended by hand
    Column("reason", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("ended_at", Instant),
    Index("silences_by_alert", "alert_id"),
)

acks = Table(
    "acks",
    metadata,
    Column("episode", String, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("until", Instant),
    Column("who", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("acks_by_alert", "alert_id"),
)

chronicle = Table(
    "chronicle",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("matter", String, nullable=False),  # a `Matter`: what is spoken of
    Column("alert_id", String, nullable=False),  # empty where no alert is concerned
    Column("key", String, nullable=False),  # of the instance, episode, silence, delivery
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),  # `FOREVER`: still
    Column("body", Json),
    Index("chronicle_by_key", "matter", "alert_id", "key", "until"),
    Index("chronicle_by_time", "matter", "until"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("hash", String, nullable=False),  # argon2 of the text, which stands nowhere
    Column("created_at", Instant, nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
    Column("indexes", Json, nullable=False),
    Column("sources", Json, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("who", String, nullable=False),
    Column("role", String, nullable=False),
    Column("key_id", String),
    Column("address", String),
    Column("action", String, nullable=False),
    Column("object_id", String, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Index("audit_by_object", "object_id", "number"),
    Index("audit_by_time", "at"),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Json),
)
