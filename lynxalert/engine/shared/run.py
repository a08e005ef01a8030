"""Asks → answers, many at once: what is of one shape is read together, the rest one by one.

Nothing here changes what an answer is: every one equals what `Engine.query` says of the same ask, or says that it must be
asked by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.clock import monotonic
from lynxalert.engine.run import QueryFailed
from lynxalert.engine.runner import DEADLINE, ROW_CAP, Engine
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.batch import Batch, Member, grouped
from lynxalert.engine.shared.guard import Guard, Guards
from lynxalert.engine.shared.ledgers import LEAST_SPARED, MOST_BYTES, Ledgers
from lynxalert.engine.shared.library import Library
from lynxalert.engine.shared.medley import Medley
from lynxalert.engine.shared.medleys import FEWEST, Medleys
from lynxalert.engine.shared.readings import Readings
from lynxalert.lang import QueryError
from lynxalert.plan import Result

# None: to be asked by itself. Mostly because there are rows, of which nobody has read what they look like.
Answer: TypeAlias = Result | QueryError | QueryFailed | None
SHARE = 6  # a batch may take that part of what a query may: one that runs out of it is cut in two, several times over


@dataclass(frozen=True, slots=True)
class Alone:
    """An ask that shares nothing; *place* is its place among all. *guard*: what says whether it has rows at all."""

    place: int
    ask: Ask
    guard: Guard | None = None

    @property
    def is_alone(self) -> bool:
        """It is."""
        return True


@dataclass(frozen=True, slots=True)
class Added:
    """A batch of a shape whose windows may be added up from parts that are kept."""

    batch: Batch

    @property
    def is_alone(self) -> bool:
        """Whether nobody shares the reading."""
        return self.batch.is_alone


# What there is to do: for many asks at once, or for one.
Piece: TypeAlias = Batch | Added | Medley | Alone
# The asks that are wrong, by place, with why; and the work to be done for the others.
Sorted: TypeAlias = tuple[dict[int, Answer], list[Piece]]


class Shared:
    """The engine asked many things at once. `sort` first, then `answer` each piece, in any thread and order.

    *most_rows* of one reading: a batch with more is cut in two. *most_parts*: bytes of parts kept from one time to the
    next; without any, every window is read whole. *least_spared*: events of a window that must have been there the time
    before for that to be worth it.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        most_rows: int = ROW_CAP,
        most_parts: int = MOST_BYTES,
        least_spared: int = LEAST_SPARED,
    ) -> None:
        self._engine = engine
        self._learn_anew()
        self._readings = Readings(engine.source, self._stands, most_rows=most_rows)
        self._keeps_parts = most_parts > 0
        self.ledgers = Ledgers(
            engine.source,
            self._stands,
            most_rows=most_rows,
            most_bytes=most_parts,
            least_spared=least_spared,
        )
        self.medleys = Medleys(engine.source, self._stands, most_rows=most_rows)

    def _learn_anew(self) -> None:
        """Forget what is known of texts: with other macros the same text is another query."""
        self._compiler = self._engine.compiler
        self._library = Library(self._engine)
        self._guards = Guards(self._engine)

    def sort(self, asks: Sequence[Ask]) -> Sorted:
        """The asks that are wrong, with why; and the work to be done for the others."""
        if self._engine.compiler is not self._compiler:
            self._learn_anew()
        wrong: dict[int, Answer] = {}
        members: list[Member] = []
        alone: list[Piece] = []
        for place, ask in enumerate(asks):
            try:
                guard = self._guards.of(ask)
                asked = ask
                if guard is not None:
                    guard.window(ask)  # what is wrong with its bounds is told of the query as it is written
                    asked = guard.count(ask)
                known = self._library.look_up(asked)
                if known is None:
                    alone.append(Alone(place, ask, guard))
                else:
                    members.append(Member(place, asked, known, known.window(asked), guard))
            except QueryError as error:
                wrong[place] = error
        return wrong, [*self._pieces(grouped(members)), *alone]

    def answer(self, piece: Piece, deadline: dt.timedelta = DEADLINE) -> Iterator[tuple[int, Answer]]:
        """The answers to the asks of *piece*, by place; None for those that are to be asked by themselves.

        A batch that fails is cut in two until what made it fail stands alone, and is answered by itself.
        """
        match piece:
            case Alone():
                yield piece.place, self._guarded(piece, deadline)
            case Added():
                yield from self._added_up(piece.batch, deadline)
            case Medley():
                yield from self._mixed(piece, deadline)
            case Batch():
                yield from self._together(piece, deadline)

    def _pieces(self, batches: Sequence[Batch]) -> Iterator[Piece]:
        """What many share is read from parts or together, what few do beside other shapes, or from parts where that is cheaper."""
        added: list[Batch] = []
        whole: list[Batch] = []
        sized = [(batch, self.medleys.takes(batch)) for batch in batches]
        among_others = sum(len(batch.members) for batch, is_few in sized if is_few) >= FEWEST
        for batch, is_few in sized:
            has_parts = self._keeps_parts and batch.shape.parts is not None
            if has_parts and (not is_few or self.ledgers.keeps(batch, among_others=among_others)):
                added.append(batch)
            else:
                whole.append(batch)
        medleys, left = self.medleys.gathered(whole)
        yield from map(Added, added)
        yield from medleys
        for batch in left:
            yield from self._readings.cut(batch)

    def _together(self, batch: Batch, deadline: dt.timedelta) -> Iterator[tuple[int, Answer]]:
        if batch.is_alone:
            (member,) = batch.members
            yield member.place, self._behind(member, self._single(member.ask, deadline))
            return
        started = monotonic()
        try:
            told = self._readings.rows(batch, deadline / SHARE)
        except QueryFailed:
            for half in batch.halves():
                yield from self._together(half, deadline)
            return
        elapsed = _each(started, len(told))
        for each, rows in told:
            yield each.place, self._behind(each, _result(each, rows, elapsed))

    def _mixed(self, medley: Medley, deadline: dt.timedelta) -> Iterator[tuple[int, Answer]]:
        started = monotonic()
        told = self.medleys.answer(medley, deadline / SHARE)
        elapsed = _each(started, len(told))
        for each, rows in told:
            known = None if rows is None else _result(each, rows, elapsed)
            yield each.place, self._behind(each, known)

    def _added_up(self, batch: Batch, deadline: dt.timedelta) -> Iterator[tuple[int, Answer]]:
        """What parts can tell from them, the rest read whole."""
        started = monotonic()
        try:
            told = self.ledgers.answer(batch, deadline / SHARE)
        except QueryFailed:
            told = {}
        elapsed = _each(started, len(told))
        rest = []
        for each in batch.members:
            if each.place in told:
                yield each.place, self._behind(each, _result(each, told[each.place], elapsed))
            else:
                rest.append(each)
        if rest:
            for part in self._readings.cut(Batch(batch.shape, tuple(rest))):
                yield from self._together(part, deadline)

    def _guarded(self, alone: Alone, deadline: dt.timedelta) -> Answer:
        if alone.guard is not None:
            counted = self._single(alone.guard.count(alone.ask), deadline)
            nothing = self._nothing(alone.guard, alone.ask, counted)
            if nothing is not None:
                return nothing
        return self._single(alone.ask, deadline)

    def _behind(self, member: Member, counted: Answer) -> Answer:
        """What *counted*, the answer to the ask of *member*, says of the ask it guards, if it guards one."""
        return counted if member.guard is None else self._nothing(member.guard, member.ask, counted)

    def _nothing(self, guard: Guard, ask: Ask, counted: Answer) -> Result | None:
        """The answer to what *guard* guards, where there are no rows and its fields stand as they did."""
        if not isinstance(counted, Result) or guard.version != self._engine.source.catalog().version:
            return None
        return guard.nothing(ask, counted)

    def _stands(self, member: Member) -> bool:
        return self._library.stands(member.known)

    def _single(self, ask: Ask, deadline: dt.timedelta) -> Answer:
        try:
            return self._engine.query(
                ask.text, now=ask.now, window=ask.window, timezone=ask.timezone, deadline=deadline
            )
        except (QueryError, QueryFailed) as error:
            return error


def _result(member: Member, fetched: Sequence[Sequence[Any]], elapsed: dt.timedelta) -> Result:
    known = member.known
    rows = known.rows(fetched)
    return Result(
        columns=known.names,
        types=known.types,
        rows=rows,
        elapsed=elapsed,
        warnings=known.advice(rows),
        window=member.window,
    )


def _each(started: float, asks: int) -> dt.timedelta:
    """How long it took since *started*, for each of so many asks."""
    return dt.timedelta(seconds=(monotonic() - started) / max(1, asks))
