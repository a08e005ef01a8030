"""What a crash left in the raw log → the tables, before anything new is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from lynxalert.events.ahead import ahead
from lynxalert.events.arrivals import Arrived, Joined, decode
from lynxalert.events.collector import uncollected
from lynxalert.events.damaged import Moved
from lynxalert.events.extract import instant
from lynxalert.events.rawlog import Damage, Place, RawLog
from lynxalert.events.read import proven

# Inserts a batch and the place of the log it reaches to, in one transaction.
Write: TypeAlias = Callable[[Sequence[Arrived], Place], object]

BATCH = 10_000  # events per transaction
AHEAD = 2  # of them decoded while one is inserted, which leaves the interpreter to others


class Piece(NamedTuple):
    """Some events of the log, and the place behind them; None when nothing follows."""

    place: Place | None
    batch: Joined


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
    rest = Joined(())
    with uncollected(), closing(ahead(_pieces(log, stored), depth=AHEAD)) as pieces:
        for found in pieces:
            if isinstance(found, Damage):
                damage.append(found)
                continue
            if oldest is None:
                oldest = next((moment for moment, _ in found.batch), None)
            events += len(found.batch)
            if found.place is None:
                rest = found.batch
            else:
                _insert(found.batch, found.place, write)
    end = log.open(stored)
    _insert(rest, end, write)
    return Recovery(events, tuple(damage), None if oldest is None else instant(oldest))


def _pieces(log: RawLog, stored: Place) -> Iterator[Piece | Damage]:
    """What the log has behind *stored*, decoded, in batches worth a transaction, and the damage as it is met."""
    batch: list[Sequence[Arrived]] = []
    waiting = 0
    for found in log.replay(stored):
        if isinstance(found, Damage):
            yield found
            continue
        place, payload = found
        try:
            decoded = decode(payload)
            batch += decoded.parts
            waiting += len(decoded)
        except (ValueError, TypeError):
            yield log.set_aside(place, payload)
        if waiting >= BATCH:
            yield Piece(place, Joined(batch))
            batch, waiting = [], 0
    yield Piece(None, Joined(batch))


def _insert(batch: Sequence[Arrived], place: Place, write: Write) -> None:
    try:
        write(batch, place)
    except Exception:  # noqa: BLE001 - one event may be to blame; the second attempt says if it was not
        write(proven(batch), place)
