"""Old schema → present schema, by the migrations shipped in the package. No configuration file is involved."""

from __future__ import annotations

import pathlib

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

FOLDER = pathlib.Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Bring the schema behind *connection* to the newest version, inside its open transaction."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
