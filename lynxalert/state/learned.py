"""What providers told for good, at rest: values by the digest of their place."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from lynxalert.notify.learned import Learned
from lynxalert.state.database import Database, Transaction
from lynxalert.state.tables import meta

_PREFIX = "learned:"


async def remember(learned: Learned, database: Database) -> None:
    """Give *learned* what was told before, and keep what is told from now on."""

    async def keep(digest: str, value: str) -> None:
        await database.write(lambda tx: _store(tx, digest, value))

    async with database.read() as tx:
        rows = await tx.execute(select(meta.c.name, meta.c.value).where(meta.c.name.startswith(_PREFIX)))
        kept = {name.removeprefix(_PREFIX): str(value) for name, value in rows}
    learned.keeping(kept, keep)


async def _store(tx: Transaction, digest: str, value: str) -> None:
    made = insert(meta).values(name=_PREFIX + digest, value=value)
    await tx.execute(made.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
