"""Which shapes have their parts kept, since when, and for how long. What they cannot say is read whole, as if they were not.

A ledger is begun when a shape is asked about a stretch of time for the second time, and enough events were read twice:
two small statements take longer than a window of few. An alert whose windows do not overlap, and that shares its shape with
none at another instant, reads every event once anyway.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.run import QueryFailed
from lynxalert.engine.shared.batch import Batch, Member
from lynxalert.engine.shared.grid import (
    SECOND,
    Stretch,
    common_grain,
    earliest,
    latest,
    stretch,
)
from lynxalert.engine.shared.ledger import MANY_TABLES, Holding, Ledger, Unfit, check_condensed
from lynxalert.engine.shared.parted import Parted

# Rows of each answer as the engine fetched them, by place.
Told: TypeAlias = Mapping[int, Sequence[Sequence[Any]]]
MOST_SHAPES = 4_096
MOST_BYTES = 64 * 2**20  # of all parts
SLACK = (
    600 * SECOND
)  # parts are kept that much longer than windows, or as long again: late rows are judged that far back
# Events that a reading must be spared: about what the engine reads while it plans two statements. One that stands alone
# reads them faster than one that many share.
LEAST_SPARED = 250_000
ALONE = 2
AMONG_OTHERS = 8  # times, divided by how many share the shape
PATIENCE = 3_600 * SECOND  # until a shape that did not suit is tried again


@dataclass(slots=True)
class Account:
    """What is known of one shape: its ledger, and what that holds.

    *newest* is the end of the newest window asked for, *longest* the length of the longest (µs), *seen* the newest event of
    then, *spared* how many events of a window had been there the time before; *erased* what the
    store said of erasures when the holding was begun. *resumes*: windows that end before then (µs) are read whole, because
    parts did not serve.
    """

    ledger: Ledger
    holding: Holding | None = None
    newest: int = 0
    longest: int = 0
    seen: int = 0
    spared: float = 0.0
    erased: int = 0
    resumes: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def kept(self) -> int:
        """How long parts are kept (µs)."""
        return self.longest + max(self.longest, SLACK)

    def estimate(self, current: Sequence[Stretch], sequence: int) -> None:
        """Learn from how many events came since the last time, up to *sequence*, what of windows *current* had been there."""
        passed = latest(current) - self.newest
        if passed > 0:
            length = max(each.length for each in current)
            self.spared = (sequence - self.seen) * max(0, length - passed) / passed
            self.seen = sequence

    def close(self, patience: int) -> None:
        """Let go of all parts, and read whole for that long (µs)."""
        self.holding, self.resumes = None, self.newest + patience


class Ledgers:
    """The ledgers of a source, at most *most_bytes* of parts; *stands*: whether what is known of a query still holds."""

    def __init__(
        self,
        source: EventSource,
        stands: Callable[[Member], bool],
        *,
        most_rows: int,
        most_bytes: int = MOST_BYTES,
        least_spared: int = LEAST_SPARED,
    ) -> None:
        self._source, self._stands, self._least_spared = source, stands, least_spared
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._lock = Lock()
        self.answered = 0  # asks, from parts

    @property
    def nbytes(self) -> int:
        """What all parts take."""
        with self._lock:
            holdings = [each.holding for each in self._accounts.values()]
        return sum(each.nbytes for each in holdings if each is not None)

    def answer(self, batch: Batch, deadline: dt.timedelta) -> Told:
        """The rows of those of *batch* that parts can tell.

        Raises:
            QueryFailed: the engine could not tell them; the windows are to be read whole.
        """
        account = self._account(batch)
        with account.lock:
            try:
                told = self._told(account, batch, deadline)
            except Unfit:
                account.close(PATIENCE)
                return {}
            except QueryFailed:
                account.close(account.longest)  # not at every tick once in vain
                raise
        self._make_room(account)
        self.answered += len(told)
        return told

    def keeps(self, batch: Batch, *, among_others: bool) -> bool:
        """Whether parts are kept for *batch*, or from now on: this learns from being asked, as `answer` does.

        *among_others*: without parts its few members would be read beside queries of other shapes.
        """
        account = self._account(batch)
        if not account.lock.acquire(blocking=False):
            return account.holding is not None  # it is being read
        try:
            times = max(1, AMONG_OTHERS // len(batch.members)) if among_others else 1
            return self._held(account, batch, _stretched(batch), times) is not None
        finally:
            account.lock.release()

    def _told(self, account: Account, batch: Batch, deadline: dt.timedelta) -> Told:
        members = _stretched(batch)
        holding = self._held(account, batch, members)
        if holding is None:
            return {}
        within = [each for each in members if holding.covers(each[1])]
        if not within:
            return {}
        is_new = not holding.probes
        account.ledger.bring_up(holding, within, deadline)
        if is_new:
            check_condensed(holding)
        if len(holding.tables) > MANY_TABLES:
            account.ledger.merge(holding, max(0, account.newest - account.kept), deadline)
        return account.ledger.add(holding, within, deadline)

    def _held(
        self, account: Account, batch: Batch, members: Sequence[tuple[Member, Stretch]], times: int = 1
    ) -> Holding | None:
        """What *account* holds for *members* of *batch* from now on; None: they are to be read whole.

        *times* as many events as usual must be spared.
        """
        if not members:
            return None
        erased, before = self._source.erased()
        current = _current([each for _, each in members])
        account.estimate(current, self._source.highest_sequence())
        opened = self._opened(account, current, 0 if erased == account.erased else before)
        least = self._least_spared * max(times, ALONE if batch.is_alone else 1)
        is_worth_it = account.spared >= (least if account.holding is None else least / 4)
        account.holding = opened if is_worth_it else None
        account.erased = erased
        account.newest = latest(current)
        account.longest = max(account.longest, *(each.length for each in current))
        return account.holding

    def _opened(self, account: Account, current: Sequence[Stretch], erased: int) -> Holding | None:
        """What *account* is to hold for windows *current*, begun anew if need be; None: they are to be read whole.

        *erased*: events before then (µs) have gone since the last time.
        """
        if earliest(current) >= account.newest or latest(current) + account.kept < account.newest:
            account.resumes = 0
            return None  # nothing of what was read before is in them; or the clock was set back
        if latest(current) < account.resumes:
            return None
        holding = account.holding
        if holding is None or erased > holding.since:
            return Holding(common_grain(current), earliest(current), 0)
        grain = common_grain(current, holding.grain)
        if grain != holding.grain:
            return Holding(grain, earliest(current), 0)
        return holding

    def _account(self, batch: Batch) -> Account:
        shape = batch.shape
        assert shape.parts is not None
        with self._lock:
            if shape.text not in self._accounts:
                ledger = Ledger(
                    self._source, Parted(shape, shape.parts), self._stands, most_rows=self._most_rows
                )
                self._accounts[shape.text] = Account(ledger)
                while len(self._accounts) > MOST_SHAPES:
                    self._accounts.popitem(last=False)
            self._accounts.move_to_end(shape.text)
            return self._accounts[shape.text]

    def _make_room(self, asked: Account) -> None:
        """Let go of the parts that were not asked for longest, while there are too many."""
        with self._lock:
            held = [(each, each.holding) for each in self._accounts.values() if each.holding is not None]
        taken = sum(holding.nbytes for _, holding in held)
        for each, holding in held:
            if taken <= self._most_bytes:
                return
            taken -= holding.nbytes
            each.close(PATIENCE if each is asked else each.longest)  # or the next tick would let go of others


def _current(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Those that end about now: what a ledger is kept for. Others are of the day before, or judged again."""
    now = latest(stretches)
    return [each for each in stretches if each.end + SLACK >= now]


def _stretched(batch: Batch) -> list[tuple[Member, Stretch]]:
    """The members of *batch* whose windows buckets can make up."""
    pairs = ((member, stretch(member.window)) for member in batch.members)
    return [(member, found) for member, found in pairs if found is not None]
