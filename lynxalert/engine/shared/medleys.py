"""Batches of one ask each → medleys of those that read the same events, answered; the rest stays as it was.

One statement for a hundred queries costs a fifth of them, mostly what planning and reading the same columns costs. One that
fails fails for all: it is cut in two until what made it fail stands alone, and that is left out for an hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.run import PLACEHOLDER, QueryFailed, guarded
from lynxalert.engine.shared.batch import Batch, Member
from lynxalert.engine.shared.fold import Fold, folded
from lynxalert.engine.shared.intake import Intake, Origin, origins_of
from lynxalert.engine.shared.literals import Lifted
from lynxalert.engine.shared.medley import Medley, Row, Strand, select_of
from lynxalert.engine.shared.shape import Shape

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

    def gathered(self, batches: Iterable[Batch]) -> tuple[list[Medley], list[Batch]]:
        """The medleys that *batches* make, and those that stay as they are."""
        found: dict[tuple[object, ...], tuple[Intake, list[Batch], list[Strand]]] = {}
        rest: list[Batch] = []
        for batch in batches:
            known = self._known(batch.members[0]) if batch.is_alone else None
            if known is None:
                rest.append(batch)
                continue
            (member,), (intake, fold) = batch.members, known
            key = (intake.origins, member.stretch, member.ask.now, fold.keys, fold.order)
            _, own, strands = found.setdefault(key, (intake, [], []))
            own.append(batch)
            strands.append(Strand(member, fold))
        medleys: list[Medley] = []
        for intake, own, strands in found.values():
            if len(strands) < FEWEST:
                rest += own
            else:
                most = MOST_GROUPED if strands[0].fold.keys else MOST_TOTALS
                medleys += Medley(intake, tuple(strands)).in_lots(most)
        return medleys, rest

    def answer(self, medley: Medley, deadline: dt.timedelta) -> Told:
        """The rows of each as the engine fetched them; None for what is to be asked by itself."""
        try:
            rows = self._rows(medley, deadline)
        except QueryFailed:
            if not medley.is_alone:
                return [each for half in medley.halves() for each in self.answer(half, deadline)]
            (member,) = (each.member for each in medley.strands)
            if self._stands(member):
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
        if until is not None:
            if member.ask.now < until:
                return None
            del self._barred[said]
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
