"""How each channel is, and what is frozen of each episode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "channels",
        sa.Column("type", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("destination", sa.String, primary_key=True),
        sa.Column("stateful", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("accepted_at", sa.Integer),
        sa.Column("failed_at", sa.Integer),
        sa.Column("reason", sa.String),
        sa.Column("detail", sa.Text),
        sa.Column("tested_at", sa.Integer),
        sa.Column("tested", sa.String),
    )
    op.create_table(
        "evidence",
        sa.Column("episode", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("recorded_at", sa.Integer, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
    )
    op.create_index("evidence_by_time", "evidence", ["recorded_at"])
    op.create_index("deliveries_by_key", "deliveries", ["alert_id", "key"])
