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
from lynxalert.engine.run import QueryFailed, guarded
from lynxalert.engine.runner import DEADLINE, ROW_CAP, Engine
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.batch import Batch, Member, Tables, grouped, tabulate
from lynxalert.engine.shared.guard import Guard, Guards
from lynxalert.engine.shared.joined import PROBES, TARGETS, Joined
from lynxalert.engine.shared.ledgers import LEAST_SPARED, MOST_BYTES, Ledgers
from lynxalert.engine.shared.library import Library
from lynxalert.engine.shared.literals import Lifted
from lynxalert.lang import QueryError
from lynxalert.plan import Result

# None: there are rows, and what they look like is to be asked by itself.
Answer: TypeAlias = Result | QueryError | QueryFailed | None
SHARE = 6  # a batch may take that part of what a query may: one that runs out of it is cut in two, several times over
MOST_PLANS = 1024  # SELECTs kept
FEW = 64  # probes that every event is held against, at most


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
Piece: TypeAlias = Batch | Added | Alone
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
        self._most_rows = most_rows
        self._learn_anew()
        self._plans: dict[tuple[object, ...], Joined] = {}
        self._keeps_parts = most_parts > 0
        self.ledgers = Ledgers(
            engine.source,
            lambda member: self._library.stands(member.known),
            most_rows=most_rows,
            most_bytes=most_parts,
            least_spared=least_spared,
        )

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
        batches: list[Piece] = []
        for batch in grouped(members):
            if self._keeps_parts and batch.shape.parts is not None:
                batches.append(Added(batch))
            else:
                batches += self._cut(batch)
        return wrong, [*batches, *alone]

    def answer(self, piece: Piece, deadline: dt.timedelta = DEADLINE) -> Iterator[tuple[int, Answer]]:
        """The answers to the asks of *piece*, by place; None for those that have rows and are to be asked by themselves.

        A batch that fails is cut in two until what made it fail stands alone, and is answered by itself.
        """
        if isinstance(piece, Alone):
            yield piece.place, self._guarded(piece, deadline)
        elif isinstance(piece, Added):
            yield from self._added_up(piece.batch, deadline)
        elif piece.is_alone:
            (member,) = piece.members
            yield member.place, self._behind(member, self._single(member.ask, deadline))
        else:
            try:
                answers = self._together(piece, deadline / SHARE)
            except QueryFailed:
                for half in piece.halves():
                    yield from self.answer(half, deadline)
            else:
                yield from answers

    def _added_up(self, batch: Batch, deadline: dt.timedelta) -> Iterator[tuple[int, Answer]]:
        """What parts can tell from them, the rest read whole."""
        started = monotonic()
        try:
            told = self.ledgers.answer(batch, deadline / SHARE)
        except QueryFailed:
            told = {}
        elapsed = dt.timedelta(seconds=(monotonic() - started) / max(1, len(told)))
        rest = []
        for each in batch.members:
            if each.place in told:
                yield each.place, self._behind(each, _result(each, told[each.place], elapsed))
            else:
                rest.append(each)
        if rest:
            for part in self._cut(Batch(batch.shape, tuple(rest))):
                yield from self.answer(part, deadline)

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

    def _cut(self, batch: Batch) -> list[Batch]:
        """*batch*, or parts of it where no equality says which events are whose: there every event meets every probe."""
        if self._plan(batch, batch.varying()).is_found_by_hash:
            return [batch]
        return batch.in_lots(FEW)

    def _single(self, ask: Ask, deadline: dt.timedelta) -> Answer:
        try:
            return self._engine.query(
                ask.text, now=ask.now, window=ask.window, timezone=ask.timezone, deadline=deadline
            )
        except (QueryError, QueryFailed) as error:
            return error

    def _together(self, batch: Batch, deadline: dt.timedelta) -> list[tuple[int, Answer]]:
        """One reading for all members.

        Raises:
            QueryFailed: for at least one of them; or they have too many rows for one reading.
        """
        started = monotonic()
        varying = batch.varying()
        tables = tabulate(batch, varying)
        rows = self._fetch(batch, self._plan(batch, varying), tables, deadline)
        by_target: dict[int, list[Sequence[Any]]] = {}
        for target, *values in rows:
            by_target.setdefault(target, []).append(values)
        elapsed = dt.timedelta(seconds=(monotonic() - started) / len(batch.members))
        return [
            (each.place, self._behind(each, _result(each, by_target.get(target, ()), elapsed)))
            for each, target in zip(batch.members, tables.target_of, strict=True)
        ]

    def _fetch(
        self, batch: Batch, plan: Joined, tables: Tables, deadline: dt.timedelta
    ) -> list[tuple[Any, ...]]:
        stretches = [each.stretch for each in batch.members]
        values: dict[str, dt.datetime] = {
            "start": min(start for start, _ in stretches),
            "end": max(end for _, end in stretches),
        }
        if batch.shape.uses_now:
            values["now"] = batch.members[0].ask.now.astimezone(dt.UTC).replace(tzinfo=None)
        parameters = {name: value for name, value in values.items() if name in plan.parameters}
        with guarded(self._engine.source, plan.sql, deadline) as cursor:
            cursor.register(PROBES, tables.probes)
            cursor.register(TARGETS, tables.targets)
            rows = cursor.execute(plan.sql, parameters).fetchmany(self._most_rows + 1)
        if len(rows) > self._most_rows:
            raise QueryFailed("more rows than one reading may have", transient=True)
        if not all(self._library.stands(each.known) for each in batch.members):
            raise QueryFailed("fields moved under the reading", transient=True)
        return rows

    def _plan(self, batch: Batch, varying: frozenset[int]) -> Joined:
        windows = len({each.stretch for each in batch.members}) > 1
        fixed: list[Lifted | None] = [
            None if n in varying else constant for n, constant in enumerate(batch.constants)
        ]
        key = (batch.shape.text, windows, *fixed)
        if key not in self._plans:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[key] = Joined(batch.shape, batch.constants, varying, windows=windows)
        return self._plans[key]


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
