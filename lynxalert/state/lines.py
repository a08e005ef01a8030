"""An instant → one line for each instance that stood then, and each alert there was: enough to count, to order and to page by.

Nothing is read of it in full: of ten thousand instances a reader sees a hundred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ActiveSchedule, Key
from lynxalert.state import chronicle, codec
from lynxalert.state.chronicle import Matter
from lynxalert.state.tables import chronicle as entries

_c = entries.c


class Line(NamedTuple):
    """How an instance stood. *key* is JSON; *phase* the word for its condition."""

    alert_id: str
    key: Key
    phase: str
    episode: str | None
    flapping: bool


@dataclass(frozen=True, slots=True)
class Named:
    """What of a definition says which alert it was, to people and to matchers."""

    id: str
    name: str
    severity: str
    labels: Mapping[str, str]
    active_schedule: ActiveSchedule | None


async def standing(tx: AsyncConnection, at: dt.datetime) -> tuple[Line, ...]:
    """A line for every instance that was not plain `ok` at *at*."""
    parts = [_said(f"$.{name}") for name in ("phase", "episode.id", "flapping")]
    rows = await tx.execute(select(_c.alert_id, _c.key, *parts).where(chronicle.held_at(Matter.INSTANCE, at)))
    return tuple(map(Line._make, rows))


async def named(tx: AsyncConnection, at: dt.datetime) -> dict[str, Named]:
    """Every alert that was defined at *at*, by id."""
    parts = [_said(f"$.{name}") for name in ("name", "severity", "labels", "active_schedule")]
    rows = await tx.execute(select(_c.alert_id, *parts).where(chronicle.held_at(Matter.DEFINITION, at)))
    return {
        alert: Named(alert, name, severity, _labels(labels), _schedule(schedule))
        for alert, name, severity, labels, schedule in rows.all()
    }


def _said(path: str) -> ColumnElement[str]:
    return func.json_extract(_c.body, path)


@lru_cache(maxsize=1024)
def _labels(stored: str) -> Mapping[str, str]:
    found: Mapping[str, str] = codec.loads(stored)
    return found


@lru_cache(maxsize=1024)
def _schedule(stored: str | None) -> ActiveSchedule | None:
    return None if stored is None else codec.unpack(ActiveSchedule, codec.loads(stored))
