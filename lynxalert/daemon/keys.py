"""Access keys as the interface and the command line change them: durable first, in force at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lynxalert.access import Actor, Key, Role, mint
from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.api.ports import MadeAlreadyError
from lynxalert.clock import Clock, rfc3339
from lynxalert.state import Database, Transaction, audit
from lynxalert.state import keys as stored

ITSELF = Actor(name="lynxalert", role=Role.ADMIN)
FIRST = "first"  # the name of the key that a daemon without one makes for its owner


class Keys:
    """The keys at rest, and those that *doorkeeper* knows."""

    def __init__(self, database: Database, clock: Clock, doorkeeper: Doorkeeper) -> None:
        self._database = database
        self._clock = clock
        self._keyring = doorkeeper.keyring
        self._used = doorkeeper.used

    async def start(self) -> None:
        """Put the stored keys in force."""
        async with self._database.read() as tx:
            self._keyring.put(await stored.every(tx))

    async def first(self) -> str | None:
        """The text of a new admin key if no key could make others; None: one could."""
        now = self._clock.now()
        if any(each.role is Role.ADMIN and not each.has_expired(now) for each in self._keyring.all()):
            return None
        return (await self.create(FIRST, Role.ADMIN, by=ITSELF))[1]

    def all(self) -> Sequence[Key]:
        """Every key, earliest first."""
        found = self._keyring.all()
        return [replace(each, last_used_at=self._used.get(each.id, each.last_used_at)) for each in found]

    async def create(
        self,
        name: str,
        role: Role,
        *,
        expires_at: dt.datetime | None = None,
        indexes: tuple[str, ...] = (),
        sources: tuple[str, ...] = (),
        by: Actor,
        key_id: str | None = None,
    ) -> tuple[Key, str]:
        """A new key, of an id of its own unless said, and its text, which is told only here.

        Raises:
            MadeAlreadyError: there is one of that id.
        """
        now = self._clock.now()
        key, text = mint(
            name,
            role,
            now,
            expires_at=expires_at,
            indexes=indexes,
            sources=sources,
            by=by.name,
            key_id=key_id,
        )

        async def work(tx: Transaction) -> None:
            if await stored.is_there(tx, key.id):
                raise MadeAlreadyError(
                    f"for the key {key.id}, whose text was told then; revoke it if that was lost"
                )
            await stored.put(tx, key)
            await audit.record(tx, by, "key.create", key.id, now, after=told(key))

        await self._database.write(work)
        self._keyring.put([key])
        return key, text

    async def revoke(self, key_id: str, *, by: Actor) -> bool:
        """Forget a key; nothing opens with it from now on. Whether there was one."""
        now = self._clock.now()
        key = self._keyring.get(key_id)
        self._keyring.drop(key_id)

        async def work(tx: Transaction) -> bool:
            if key is None or not await stored.remove(tx, key_id):
                return False
            await audit.record(tx, by, "key.revoke", key_id, now, before=told(key))
            return True

        return await self._database.write(work)

    async def flush(self) -> None:
        """Write down when keys were used."""
        used = dict(self._used)

        async def work(tx: Transaction) -> None:
            for key_id, at in used.items():
                await stored.used(tx, key_id, at)

        if used:
            await self._database.write(work)


def told(key: Key) -> Mapping[str, Any]:
    """A key as the audit keeps it."""
    return {
        "name": key.name,
        "role": key.role.value,
        "expires_at": rfc3339(key.expires_at) if key.expires_at is not None else None,
        "indexes": list(key.indexes),
        "sources": list(key.sources),
    }
