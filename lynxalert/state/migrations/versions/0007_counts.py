"""What is counted of each alert, beside where it stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One column, empty: counting begins now."""
    op.add_column("cursors", sa.Column("counts", sa.Text))
