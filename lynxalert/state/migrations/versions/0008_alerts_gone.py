"""Deleted alerts by themselves, so that a list knows how many are left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """An index of the few."""
    op.create_index("alerts_gone", "alerts", ["deleted_at"], sqlite_where=sa.text("deleted_at IS NOT NULL"))
