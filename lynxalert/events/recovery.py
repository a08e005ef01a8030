"""What a crash left in the raw log → the tables, before anything new is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.events.arrivals import Arrived, decode
from lynxalert.events.damaged import Moved
from lynxalert.events.extract import instant
from lynxalert.events.rawlog import Damage, Place, RawLog
from lynxalert.events.writer import Write, proven

BATCH = 10_000  # events per transaction


@dataclass(frozen=True, slots=True)
class Recovery:
    """What opening the store had to mend: events stored from the log, and damage found in it.

    *moved*: the database itself was damaged; it was moved aside and made again from the log. *oldest*: the arrival
    of the first event that the log still had (aware, UTC): what came before it is only in the file moved aside.
    """

    events: int = 0
    damage: tuple[Damage, ...] = ()
    oldest: dt.datetime | None = None
    moved: Moved | None = None


def recover(log: RawLog, stored: Place, write: Write) -> Recovery:
    """Insert every record behind *stored* and open *log* for appending.

    Damaged records are set aside and reported; they never stop the start.

    Raises:
        StoreError: the database or the log cannot be written.
    """
    events = 0
    damage: list[Damage] = []
    oldest: int | None = None
    batch: list[Arrived] = []
    for found in log.replay(stored):
        if isinstance(found, Damage):
            damage.append(found)
            continue
        place, payload = found
        try:
            batch += decode(payload)
        except (ValueError, TypeError):
            damage.append(log.set_aside(place, payload))
        if oldest is None and batch:
            oldest = batch[0].moment
        if len(batch) >= BATCH:
            _insert(batch, place, write)
            events, batch = events + len(batch), []
    end = log.open(stored)
    _insert(batch, end, write)
    log.forget(end)
    return Recovery(events + len(batch), tuple(damage), None if oldest is None else instant(oldest))


def _insert(batch: Sequence[Arrived], place: Place, write: Write) -> None:
    try:
        write(batch, place)
    except Exception:  # noqa: BLE001 - one event may be to blame; the second attempt says if it was not
        write(proven(batch), place)
