"""Access keys, at rest: everything but their texts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.access import Key, Role
from lynxalert.state.tables import keys


async def every(tx: AsyncConnection) -> tuple[Key, ...]:
    """All of them, earliest first."""
    found = await tx.execute(select(keys).order_by(keys.c.created_at, keys.c.id))
    return tuple(_key(row) for row in found.mappings())


async def is_there(tx: AsyncConnection, key_id: str) -> bool:
    """Whether there is a key of that id."""
    return await tx.scalar(select(keys.c.id).where(keys.c.id == key_id)) is not None


async def put(tx: AsyncConnection, key: Key) -> None:
    """Store a new key."""
    values = {name: getattr(key, name) for name in keys.c.keys()}  # noqa: SIM118 - not a mapping
    scope = {"role": key.role.value, "indexes": list(key.indexes), "sources": list(key.sources)}
    await tx.execute(insert(keys).values({**values, **scope}))


async def remove(tx: AsyncConnection, key_id: str) -> bool:
    """Forget a key; whether there was one."""
    return (await tx.execute(delete(keys).where(keys.c.id == key_id))).rowcount > 0


async def used(tx: AsyncConnection, key_id: str, at: dt.datetime) -> None:
    """Remember that a key was used."""
    await tx.execute(update(keys).where(keys.c.id == key_id).values(last_used_at=at))


def _key(row: RowMapping) -> Key:
    scope = {"indexes": tuple(row["indexes"]), "sources": tuple(row["sources"])}
    return Key(**{**row, **scope, "role": Role(row["role"])})
