"""Batches of few asks each → medleys of those that read the same events, answered; the rest stays as it was.

One statement for a hundred queries costs a fraction of them: what differs is little beside planning and reading columns. One
that fails fails for all: it is cut in two until what made it fail stands alone, and that is left out for an hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.run import PLACEHOLDER, QueryFailed, guarded
from lynxalert.engine.shared.batch import Batch, Member
from lynxalert.engine.shared.fold import Fold, folded
from lynxalert.engine.shared.intake import Intake, Origin, origins_of
from lynxalert.engine.shared.literals import Lifted
from lynxalert.engine.shared.medley import Medley, Row, Strand, select_of
from lynxalert.engine.shared.shape import Shape

FEW_ALIKE = 8  # of one shape; of more, one reading for all of them is cheaper
FEWEST = 4  # of less, each is read as fast by itself
MOST_TOTALS = 96  # of one reading; of more, planning takes longer than it saves
MOST_GROUPED = 32  # of one reading of groups: every group has a place for each
MOST_FOLDS = 16_384
MOST_NAMES = 16_384  # of an intake
MOST_SELECTS = 128
PATIENCE = dt.timedelta(hours=1)  # until what made a reading fail is tried again

# What tells one query from another, but for its window.
Said: TypeAlias = tuple[str, tuple[Lifted, ...]]
# The rows of each ask as the engine fetched them; None: it is to be asked by itself.
Told: TypeAlias = list[tuple[Member, list[Row] | None]]


class Medleys:
    """Queries of many shapes over the events of *source*; *stands*: whether what is known of one still holds."""

    def __init__(self, source: EventSource, stands: Callable[[Member], bool], *, most_rows: int) -> None:
        self._source, self._stands, self._most_rows = source, stands, most_rows
        self._intakes: dict[tuple[Origin, ...], Intake] = {}
        self._folds: dict[Said, tuple[Intake, Fold] | None] = {}
        self._selects: dict[tuple[Fold, ...], tuple[str, set[str | None]]] = {}  # with its parameters
        self._barred: dict[Said, dt.datetime] = {}  # until which T
        self.answered = 0  # asks

    def takes(self, batch: Batch) -> bool:
        """Whether its members are too few for a reading of their own to be worth it."""
        return len(batch.members) <= FEW_ALIKE

    def gathered(self, batches: Sequence[Batch]) -> tuple[list[Medley], list[Batch]]:
        """The medleys that members of *batches* make, and what is left."""
        found: dict[tuple[object, ...], tuple[Intake, list[tuple[int, Strand]]]] = {}
        left: dict[int, list[Member]] = {}  # by the place of their batch
        for place, batch in enumerate(batches):
            for member in batch.members:
                known = self._known(member) if self.takes(batch) else None
                if known is None:
                    left.setdefault(place, []).append(member)
                    continue
                intake, fold = known
                key = (intake.origins, member.stretch, member.ask.now, fold.keys, fold.order)
                found.setdefault(key, (intake, []))[1].append((place, Strand(member, fold)))
        medleys: list[Medley] = []
        for intake, strands in found.values():
            if len(strands) < FEWEST:
                for place, strand in strands:
                    left.setdefault(place, []).append(strand.member)
            else:
                most = MOST_GROUPED if strands[0][1].fold.keys else MOST_TOTALS
                medleys += Medley(intake, tuple(strand for _, strand in strands)).in_lots(most)
        return medleys, [Batch(batches[place].shape, tuple(rest)) for place, rest in left.items()]

    def answer(self, medley: Medley, deadline: dt.timedelta) -> Told:
        """The rows of each as the engine fetched them; None for what is to be asked by itself."""
        try:
            rows = self._rows(medley, deadline)
        except QueryFailed:
            if not medley.is_alone:
                return [each for half in medley.halves() for each in self.answer(half, deadline)]
            (member,) = (each.member for each in medley.strands)
            if self._stands(member):
                if len(self._barred) >= MOST_FOLDS:
                    self._barred.clear()
                self._barred[_said(member)] = member.ask.now + PATIENCE
            return [(member, None)]
        self.answered += len(medley.strands)
        return [(member, own if self._stands(member) else None) for member, own in medley.told(rows)]

    def _rows(self, medley: Medley, deadline: dt.timedelta) -> Sequence[Row]:
        folds = tuple(each.fold for each in medley.strands)
        if folds not in self._selects:
            if len(self._selects) >= MOST_SELECTS:
                self._selects.clear()
            sql = select_of(medley)
            self._selects[folds] = sql, {each[1] for each in PLACEHOLDER.finditer(sql)}
        sql, named = self._selects[folds]
        start, end = medley.stretch
        now = medley.strands[0].member.ask.now.astimezone(dt.UTC).replace(tzinfo=None)
        bound = {"start": start, "end": end, "now": now}
        parameters = {name: at for name, at in bound.items() if name in named}
        with guarded(self._source, sql, deadline) as cursor:
            rows: Sequence[Row] = cursor.execute(sql, parameters).fetchmany(self._most_rows + 1)
        if len(rows) > self._most_rows:
            raise QueryFailed("more rows than one reading may have", transient=True)
        return rows

    def _known(self, member: Member) -> tuple[Intake, Fold] | None:
        """The fold of *member*, and over what; None where it is to be read by itself."""
        said = _said(member)
        until = self._barred.get(said)
        if until is not None and member.ask.now < until:
            return None
        if said not in self._folds:
            if len(self._folds) >= MOST_FOLDS:
                self._forget()
            self._folds[said] = self._made(member.known.shape, member.known.constants)
        return self._folds[said]

    def _made(self, shape: Shape, constants: Sequence[Lifted]) -> tuple[Intake, Fold] | None:
        origins = origins_of(shape.scan)
        if origins is None:
            return None
        intake = self._intakes.setdefault(origins, Intake(origins))
        if len(intake.names) >= MOST_NAMES:
            self._forget()
            intake = self._intakes.setdefault(origins, Intake(origins))
        fold = folded(shape, constants, intake)
        return None if fold is None else (intake, fold)

    def _forget(self) -> None:
        self._intakes.clear()
        self._folds.clear()
        self._selects.clear()


def _said(member: Member) -> Said:
    return member.known.shape.text, member.known.constants
