"""What a crash left in the raw log → the tables, before anything new is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.events.arrivals import Arrived, decode
from lynxalert.events.rawlog import Damage, Place, RawLog
from lynxalert.events.writer import Write, proven

BATCH = 10_000  # events per transaction


@dataclass(frozen=True, slots=True)
class Recovery:
    """What opening the store had to mend: events stored from the log, and damage found in it."""

    events: int = 0
    damage: tuple[Damage, ...] = ()


def recover(log: RawLog, stored: Place, write: Write) -> Recovery:
    """Insert every record behind *stored* and open *log* for appending.

    Damaged records are set aside and reported; they never stop the start.

    Raises:
        StoreError: the database or the log cannot be written.
    """
    events = 0
    damage: list[Damage] = []
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
        if len(batch) >= BATCH:
            _insert(batch, place, write)
            events, batch = events + len(batch), []
    end = log.open(stored)
    _insert(batch, end, write)
    log.forget(end)
    return Recovery(events + len(batch), tuple(damage))


def _insert(batch: Sequence[Arrived], place: Place, write: Write) -> None:
    try:
        write(batch, place)
    except Exception:  # noqa: BLE001 - one event may be to blame; the second attempt says if it was not
        write(proven(batch), place)
