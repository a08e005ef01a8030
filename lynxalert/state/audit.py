"""Who changed what, at rest: one row per change, written in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.access import Actor
from lynxalert.state.tables import audit
from lynxalert.state.turns import in_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: *action* such as `alert.update`, *object_id* of what; *before* and *after* hold no secrets."""

    number: int
    at: dt.datetime
    who: str
    role: str
    key_id: str | None
    address: str | None
    action: str
    object_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


async def record(
    tx: AsyncConnection,
    by: Actor,
    action: str,
    object_id: str,
    at: dt.datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row; it stays or goes with the transaction."""
    who = {"who": by.name, "role": by.role.value, "key_id": by.key_id, "address": by.address}
    what = {"action": action, "object_id": object_id, "at": at, "before": before, "after": after}
    await tx.execute(insert(audit).values({**who, **what}))


async def listed(
    tx: AsyncConnection, *, limit: int, before: int | None = None, oldest_first: bool = False, **equal: str
) -> Sequence[Change]:
    """The newest *limit* changes, numbers below *before*, or the other way round; *equal* are columns and their values."""
    found = in_turn(select(audit), audit.c.number, limit, before, oldest_first=oldest_first)
    for name, value in equal.items():
        found = found.where(audit.c[name] == value)
    return [Change(**row) for row in (await tx.execute(found)).mappings()]


async def sweep(tx: AsyncConnection, until: dt.datetime) -> int:
    """Forget what is older than *until*; how many."""
    return (await tx.execute(delete(audit).where(audit.c.at < until))).rowcount
