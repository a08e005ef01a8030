"""Runs migrations on the connection that `migrate.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from lynxalert.state.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters little in place
)
context.run_migrations()
