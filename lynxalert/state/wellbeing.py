"""How channels are, at rest: one row of each target that was ever tried or tested."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.wellbeing import ChannelHealth, Wellbeing
from lynxalert.state.deliveries import target
from lynxalert.state.tables import channels

_PLACE = ("type", "name", "destination")


async def every(tx: AsyncConnection) -> tuple[ChannelHealth, ...]:
    """Every target there is a row of."""
    rows = (await tx.execute(select(channels).order_by(channels.c.type, channels.c.name))).mappings()
    return tuple(
        ChannelHealth(
            target(row),
            Wellbeing(row["state"]),
            row["since"],
            row["failures"],
            row["accepted_at"],
            row["failed_at"],
            row["reason"],
            row["detail"],
            row["tested_at"],
            row["tested"],
        )
        for row in rows
    )


async def save(tx: AsyncConnection, health: ChannelHealth) -> None:
    """Write one row."""
    place = {
        "type": health.target.type,
        "name": health.target.name,
        "destination": health.target.destination,
    }
    said = {
        "stateful": health.target.stateful,
        "state": str(health.state),
        "since": health.since,
        "failures": health.failures,
        "accepted_at": health.accepted_at,
        "failed_at": health.failed_at,
        "reason": str(health.reason) if health.reason is not None else None,
        "detail": health.detail,
        "tested_at": health.tested_at,
        "tested": health.tested,
    }
    await tx.execute(
        insert(channels).values(**place, **said).on_conflict_do_update(index_elements=_PLACE, set_=said)
    )
