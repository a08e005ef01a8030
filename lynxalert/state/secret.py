"""The secret that links in messages are signed with: made on first use, the same for as long as the state lives."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from lynxalert.access.passes import fresh_secret
from lynxalert.state.database import Transaction
from lynxalert.state.tables import meta

_NAME = "link_secret"


async def of_links(tx: Transaction) -> bytes:
    """The secret, 32 bytes. Takes a writing transaction: the first caller makes it."""
    made = insert(meta).values(name=_NAME, value=fresh_secret().hex())
    await tx.execute(made.on_conflict_do_nothing(index_elements=["name"]))
    kept = await tx.scalar(select(meta.c.value).where(meta.c.name == _NAME))
    return bytes.fromhex(str(kept))
