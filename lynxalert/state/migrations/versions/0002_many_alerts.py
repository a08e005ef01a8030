"""Indexes for thousands of alerts: a page of them by name, the recent slots of one."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """No list reads more than the page it shows."""
    op.create_index("alerts_by_name", "alerts", ["name", "id"])
    op.drop_index("evaluations_by_alert")
    op.create_index("evaluations_by_alert", "evaluations", ["alert_id", "at", "id"])
