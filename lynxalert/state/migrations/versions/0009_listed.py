"""What lists are filtered and ordered by, in rows of its own: no list reads ten thousand definitions to show a hundred."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Two tables beside the definitions, filled from them; and by whom something fires or cannot do its work."""
    listed = op.create_table(
        "listed",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("sought", sa.Text, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.Integer, nullable=False),
    )
    labels = op.create_table(
        "listed_labels",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    _fill(op.get_bind(), listed, labels)
    op.create_index("listed_by_name", "listed", ["name", "alert_id"])
    op.create_index("listed_by_creation", "listed", ["created_at", "alert_id"])
    op.create_index("listed_by_change", "listed", ["updated_at", "alert_id"])
    op.create_index("listed_labels_by_name", "listed_labels", ["name", "value", "alert_id"])
    op.drop_index("alerts_by_name")
    op.drop_index("alerts_gone")

    op.add_column("cursors", sa.Column("broken", sa.Boolean, nullable=False, server_default=sa.text("0")))
    op.execute(
        """UPDATE cursors SET broken = 1
           WHERE json_extract(health, '$.errors') > 0 OR json_extract(health, '$.crowded') = 1"""
    )
    op.create_index("cursors_broken", "cursors", ["alert_id"], sqlite_where=sa.text("broken"))
    sounding = sa.text("phase IN ('firing', 'recovering')")
    op.create_index("instances_sounding", "instances", ["alert_id"], sqlite_where=sounding)


def _fill(connection: sa.Connection, listed: sa.Table, labels: sa.Table) -> None:
    """As `terms.note` writes it; here because that may go on and this may not."""
    found = connection.execute(
        sa.text(
            """SELECT id, file_key, revision, name, source, definition, created_at, updated_at
               FROM alerts WHERE deleted_at IS NULL"""
        )
    )
    rows: list[dict[str, Any]] = []
    borne: list[dict[str, str]] = []
    for alert in found.mappings():
        body = json.loads(alert["definition"])
        places = (alert["name"], alert["id"], alert["file_key"] or "", body["query"])
        kept = ("revision", "name", "source", "created_at", "updated_at")
        rows.append(
            {name: alert[name] for name in kept}
            | {"alert_id": alert["id"], "enabled": body.get("enabled", True)}
            | {"kind": (body.get("metric") or {}).get("type"), "sought": "\x1e".join(places).casefold()}
        )
        borne += (
            {"alert_id": alert["id"], "name": name, "value": value}
            for name, value in (body.get("labels") or {}).items()
        )
    op.bulk_insert(listed, rows)
    op.bulk_insert(labels, borne)
