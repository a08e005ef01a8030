"""What held from when to when; and indexes to ask what happened within some time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One table, which begins with what holds now."""
    op.create_table(
        "chronicle",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("matter", sa.String, nullable=False),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer, nullable=False),
        sa.Column("body", sa.Text),
    )
    op.create_index("chronicle_by_key", "chronicle", ["matter", "alert_id", "key", "until"])
    op.create_index("chronicle_by_time", "chronicle", ["matter", "until"])
    op.create_index(
        "evaluations_odd",
        "evaluations",
        ["kind", "recorded_at"],
        sqlite_where=sa.text("kind != 'judged'"),
    )
    op.create_index("deliveries_by_time", "deliveries", ["created_at"])
    op.create_index("attempts_by_time", "attempts", ["at"])
    for taken in _STANDING:
        op.execute(f"INSERT INTO chronicle (matter, alert_id, key, since, until, body) {taken}")


# 253402214400000000: the last day of the year 9999, which is `chronicle.FOREVER`
_STANDING = (
    """SELECT 'definition', id, '', updated_at, 253402214400000000, json_set(definition, '$.channels', json('[]'))
       FROM alerts WHERE deleted_at IS NULL""",
    """SELECT 'instance', alert_id, key, since, 253402214400000000, body
       FROM instances WHERE phase != 'ok' OR episode IS NOT NULL""",
    """SELECT 'health', alert_id, '', coalesce(checked_at, next_slot), 253402214400000000, health
       FROM cursors
       WHERE json_extract(health, '$.errors') OR json_extract(health, '$.crowded')
          OR json_extract(health, '$.behind')""",
    """SELECT 'silence', coalesce(alert_id, ''), id, starts_at,
              min(coalesce(ends_at, 253402214400000000), coalesce(ended_at, 253402214400000000)), NULL
       FROM silences""",
    """SELECT 'ack', alert_id, episode, "at", coalesce("until", 253402214400000000),
              json_object('who', who, 'note', note, 'until', CASE WHEN "until" IS NOT NULL THEN json_object(
                  '$at', strftime('%Y-%m-%dT%H:%M:%f+00:00', "until" / 1e6, 'unixepoch')) END)
       FROM acks""",
)
