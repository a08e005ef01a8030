"""What waits for an instant of a clock that was set back since → it waits as long from now on as it was to wait then.

Not here: what waits for an instant that somebody named, the end of a mute or of the hours in which nobody is told.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Integer, and_, func, or_, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.model import Quiet, Status
from lynxalert.state.deliveries import WAITING, is_free_to_go
from lynxalert.state.tables import EPOCH, MICROSECOND, deliveries


async def rewind(tx: AsyncConnection, now: dt.datetime, by: dt.timedelta) -> int:
    """Bring near what was queued or tried at an instant that is still to come at *now*; how many deliveries.

    Retries, what waits for its group, and starts that wait for the end of a cooldown. The clock was set back by *by*
    at least; where that is not all, each of them waits as long as it was to wait in the first place.
    """
    d = deliveries.c
    present = (now - EPOCH) // MICROSECOND
    touched = func.max(
        type_coerce(d.created_at, Integer), func.coalesce(type_coerce(d.settled_at, Integer), 0)
    )
    waits = or_(
        and_(d.status.in_(WAITING), is_free_to_go()),
        and_(d.status == str(Status.SUPPRESSED), d.reason == str(Quiet.COOLDOWN)),
    )
    early = type_coerce(d.due_at, Integer) - func.max(touched - present, by // MICROSECOND)
    moved = update(deliveries).where(waits, d.due_at > now, touched > present)
    return (await tx.execute(moved.values(due_at=type_coerce(early, d.due_at.type)))).rowcount
