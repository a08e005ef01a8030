"""Deliveries that go out together: their group, and the digest that tells them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Both are empty for what there is."""
    op.add_column("deliveries", sa.Column("group", sa.String))
    op.add_column("deliveries", sa.Column("digest", sa.String))
    op.create_index("deliveries_by_group", "deliveries", ["group", "destination"])
    op.create_index("deliveries_by_digest", "deliveries", ["digest"])
