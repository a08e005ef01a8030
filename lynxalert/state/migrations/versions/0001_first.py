"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Every table there was at the start."""
    _alerts()
    _cursors()
    _instances()
    _evaluations()
    _transitions()
    _deliveries()
    _attempts()
    _silences()
    _acks()
    _meta()


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("file_key", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("document", sa.Text),
        sa.Column("retired", sa.Text, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.Integer, nullable=False),
        sa.Column("deleted_at", sa.Integer),
    )
    op.create_index("alerts_by_key", "alerts", ["file_key"])


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("next_slot", sa.Integer, nullable=False),
        sa.Column("checked_at", sa.Integer),
        sa.Column("hit_at", sa.Integer),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.Integer),
        sa.Column("health", sa.Text, nullable=False),
        sa.Column("memory", sa.Text),
        sa.Column("seen_sequence", sa.Integer),
    )


def _instances() -> None:
    op.create_table(
        "instances",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("episode", sa.String),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("instances_by_episode", "instances", ["episode"])


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.Integer, nullable=False),
        sa.Column("starts", sa.Integer),
        sa.Column("ends", sa.Integer),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer),
        sa.Column("value", sa.Float),
        sa.Column("duration", sa.Float),
        sa.Column("sequence", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("inputs", sa.Text),
    )
    op.create_index("evaluations_by_alert", "evaluations", ["alert_id", "id"])
    op.create_index("evaluations_by_time", "evaluations", ["recorded_at"])


def _transitions() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("episode", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("episode", "sequence"),
    )
    op.create_index("transitions_by_alert", "transitions", ["alert_id", "id"])
    op.create_index("transitions_by_time", "transitions", ["recorded_at"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("episode", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("destination", sa.String, nullable=False),
        sa.Column("stateful", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("detail", sa.Text),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("degraded", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Integer),
        sa.Column("lease_until", sa.Integer),
        sa.Column("settled_at", sa.Integer),
        sa.Column("receipt", sa.String),
        sa.Column("message", sa.Text, nullable=False),
        sa.UniqueConstraint("episode", "sequence", "type", "name", "destination"),
    )
    op.create_index("deliveries_by_alert", "deliveries", ["alert_id", "number"])
    op.create_index("deliveries_due", "deliveries", ["status", "destination", "due_at"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("detail", sa.Text),
    )
    op.create_index("attempts_by_delivery", "attempts", ["delivery_id"])


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String),
        sa.Column("matchers", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Integer, nullable=False),
        sa.Column("ends_at", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("ended_at", sa.Integer),
    )
    op.create_index("silences_by_alert", "silences", ["alert_id"])


def _acks() -> None:
    op.create_table(
        "acks",
        sa.Column("episode", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("until", sa.Integer),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
    )
    op.create_index("acks_by_alert", "acks", ["alert_id"])


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text),
    )
