"""Keys for the command line: at rest in a data folder, or behind a daemon."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from lynxalert.access import Actor, Role
from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.api.credentials import shown
from lynxalert.cli._config_option import USUAL
from lynxalert.cli._remote import connected
from lynxalert.client import NotFoundError
from lynxalert.clock import SystemClock
from lynxalert.config import Settings, compiler, load
from lynxalert.config.units import duration
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.lock import hold
from lynxalert.state import Database

OWNER = Actor(name="command line", role=Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made; *expires* is a duration as written."""

    name: str
    role: str
    expires: str | None
    indexes: tuple[str, ...]
    sources: tuple[str, ...]


class Offline:
    """The keys in the data folder of a configuration, while no daemon works there."""

    def __init__(self, file: pathlib.Path | None) -> None:
        file = file or (USUAL if USUAL.exists() else None)
        settings = load(file, compiler) if file else Settings(folder=pathlib.Path.cwd())
        self._folder = settings.data_folder
        self._clock = SystemClock()

    async def create(self, wanted: Wanted) -> str:
        """The text of the new key."""
        expires = self._clock.now() + duration(wanted.expires) if wanted.expires else None
        async with self._open() as keys:
            made = await keys.create(
                wanted.name,
                Role(wanted.role),
                expires_at=expires,
                indexes=wanted.indexes,
                sources=wanted.sources,
                by=OWNER,
            )
        return made[1]

    async def all(self) -> list[dict[str, Any]]:
        """Every key."""
        async with self._open() as keys:
            return [shown(each) for each in keys.all()]

    async def revoke(self, key_id: str) -> bool:
        """Whether there was such a key."""
        async with self._open() as keys:
            return await keys.revoke(key_id, by=OWNER)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Keys]:
        with hold(self._folder):
            database = await Database.open(self._folder / "state.sqlite")
            try:
                keys = Keys(database, self._clock, Doorkeeper(self._clock))
                await keys.start()
                yield keys
            finally:
                await database.close()


class Remote:
    """The keys of the daemon at *server*."""

    def __init__(self, server: str) -> None:
        self._server = server

    async def create(self, wanted: Wanted) -> str:
        """The text of the new key."""
        scope = {"indexes": list(wanted.indexes), "sources": list(wanted.sources)}
        async with connected(self._server) as client:
            made = await client.keys.create(wanted.name, wanted.role, duration=wanted.expires, **scope)
        return made["key"]

    async def all(self) -> list[dict[str, Any]]:
        """Every key."""
        async with connected(self._server) as client:
            return [dict(each) for each in await client.keys.all()]

    async def revoke(self, key_id: str) -> bool:
        """Whether there was such a key."""
        async with connected(self._server) as client:
            try:
                await client.keys.revoke(key_id)
            except NotFoundError:
                return False
            return True
