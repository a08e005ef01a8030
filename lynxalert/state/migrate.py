"""Old schema → present schema, by the migrations shipped in the package. No configuration file is involved."""

from __future__ import annotations

import functools
import pathlib

from sqlalchemy import Connection, create_engine, inspect, text

from lynxalert.errors import LynxError

FOLDER = pathlib.Path(__file__).parent / "migrations"


class StateError(LynxError):
    """The state file cannot be used as it is."""


def upgrade(connection: Connection) -> None:
    """Bring the schema behind *connection* to the newest version, inside its open transaction.

    Raises:
        StateError: a later LynxAlert has written it.
    """
    found, known = _version(connection), newest()
    if found is not None and found > known:
        raise StateError(
            f"it was written by a later LynxAlert (schema {found}, this one knows {known}): "
            "install that one again, or go on with a copy of the folder made before"
        )
    if found is None and connection.scalar(text("SELECT count(*) FROM sqlite_master")) == 0:
        for statement in _newest_schema():
            connection.exec_driver_sql(statement)
    elif found != known:
        _migrate(connection)


def newest() -> str:
    """The revision of the last migration: what its file's name begins with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


@functools.cache
def _newest_schema() -> tuple[str, ...]:
    """What makes an empty state of the newest version: read from one that was migrated, once in a process.

    A backtest or a test of alerts makes many, and migrations take ten times as long as the statements they end in.
    """
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            _migrate(connection)
            made = connection.scalars(
                text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
            )
            return (*made, f"INSERT INTO alembic_version VALUES ('{_version(connection)}')")  # noqa: S608 - a file's name
    finally:
        engine.dispose()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command  # a fifth of a second that most starts need not spend
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
