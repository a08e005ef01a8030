"""What lists are filtered and ordered by, in narrow rows beside the definitions; written with them, read by `listing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Alert
from lynxalert.state.tables import listed, listed_labels

_BETWEEN = "\x1e"  # what is looked for is not found across two fields


def folded(text: str) -> str:
    """*text* as it is looked for, whatever the case."""
    return text.casefold()


async def note(
    tx: AsyncConnection, stored: Iterable[tuple[Alert, int, dt.datetime, dt.datetime]], *, fresh: bool = False
) -> None:
    """Keep the terms of alerts, each with its revision, when it was made, and changed; *fresh*: none had any before."""
    rows: list[dict[str, Any]] = []
    labels: list[dict[str, str]] = []
    for alert, revision, created_at, updated_at in stored:
        places = (alert.name, alert.id, alert.file_key or "", alert.query)
        rows.append(
            {
                "alert_id": alert.id,
                "revision": revision,
                "name": alert.name,
                "source": alert.source,
                "enabled": alert.enabled,
                "kind": alert.metric.get("type"),
                "sought": folded(_BETWEEN.join(places)),
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        labels += (
            {"alert_id": alert.id, "name": name, "value": value} for name, value in alert.labels.items()
        )
    for each in () if fresh else rows:
        await forget(tx, each["alert_id"])
    if rows:
        await tx.execute(insert(listed), rows)
    if labels:
        await tx.execute(insert(listed_labels), labels)


async def forget(tx: AsyncConnection, alert_id: str) -> None:
    """Drop the terms of a deleted alert: no list shows it."""
    await tx.execute(delete(listed).where(listed.c.alert_id == alert_id))
    await tx.execute(delete(listed_labels).where(listed_labels.c.alert_id == alert_id))
