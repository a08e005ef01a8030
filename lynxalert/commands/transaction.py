"""`transaction`: events that belong together as one row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, QueryError, Span, parse_terms
from lynxalert.lang.ast import By, Condition, Flag, Name, Option, Stage, Terms
from lynxalert.plan.combining import newest_first, united
from lynxalert.plan.command import BadOption, boolean, command, many, option
from lynxalert.plan.expression import condition
from lynxalert.plan.instants import timed
from lynxalert.plan.lengths import length
from lynxalert.plan.neighbours import extended, group_keys, kept, over_rows
from lynxalert.plan.relation import Apply, Filter, Frame, OrderKey, Project, Relation, Sort
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import moved
from lynxalert.plan.terms import resolve_term, scan_of
from lynxalert.plan.transacted import Merging, merged
from lynxalert.plan.transactions import Event, Rules, assembled
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MICROSECOND = dt.timedelta(microseconds=1)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - the engine's times are naive UTC
MOST = 1_000
ORPHAN = "_txn_orphan"


def most_events(text: str) -> int | None:
    """A number of events; a negative one means no limit."""
    if text.lstrip("-").isdigit() and len(text) < 10 and text != "0":
        return int(text) if int(text) > 0 else None
    raise BadOption("a number of events")


def listed(text: str) -> bool | tuple[str, ...]:
    """True or false, or the names of fields."""
    try:
        return boolean(text)
    except BadOption:
        return tuple(text.replace(",", " ").split())


@command
@dataclass(frozen=True, slots=True)
class Transaction:
    """Events that share values of fields as one row each: what differs becomes a multivalue, the newest row first.

    `maxspan` bounds the whole length, `maxpause` the gap between two events, `maxevents` (1000) their number.
    `startswith` and `endswith` (a search in quotes or parentheses, or `eval(…)`) say which events begin and end one;
    a transaction that lacks its begin or end is left out, with `keepevicted=t` kept with `closed_txn=0`.
    `keeporphans=t` keeps events that belong to none, with `_txn_orphan=1`. Several values are lists, whatever `delim`.
    Adds `duration` in seconds, `eventcount` and `closed_txn`; `_time` is that of the first event.
    """

    names: tuple[Name, ...] = many(Name)
    borders: tuple[Flag | Terms | Condition, ...] = many((Flag, Terms, Condition))
    startswith: str = option("")
    endswith: str = option("")
    maxspan: dt.timedelta | None = option(None, length)
    maxpause: dt.timedelta | None = option(None, length)
    maxevents: int | None = option(MOST, most_events)
    keepevicted: bool = option(default=False)
    keeporphans: bool = option(default=False)
    connected: bool = option(default=True)
    mvlist: bool | tuple[str, ...] = option(False, listed)
    mvraw: bool = option(default=False)
    delim: str = option(" ")  # accepted: several values are a list, mvjoin() writes them as one text
    nullstr: str = option("NULL")
    title: str = option("", name="name")  # accepted: no kinds of transactions are defined beforehand
    unifyends: bool = option(
        default=False
    )  # accepted: an event without any of the fields is never part of one
    maxopentxn: int = option(0)  # accepted: what is open is bounded by the rows a stage may read
    maxopenevents: int = option(0)  # accepted: the same
    stage: Stage | None = None
    EXAMPLES = (
        ('| transaction user startswith="login" endswith="logout" maxspan=8h', "sessions with their length"),
        ("| transaction client maxpause=30m | where eventcount > 100", "long visits"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Which event belongs where is found in Python over a few columns; the rows are merged in SQL."""
        assert self.stage is not None
        place = self.stage.name_span
        relation, time = timed(relation, scope)
        if time is None:
            scope.report(Code.WRONG_TYPE, "`transaction` needs `_time`, which is gone here", place)
            return relation
        if not newest_first(relation):
            relation = Sort(relation, (OrderKey(time, descending=True),))
        schema = relation.schema
        fields = By(self.names, place) if self.names else None
        relation, keys = group_keys(relation, fields, scope)
        relation = Filter(relation, scope.call("isnotnull", ColumnRef(time)))
        relation, number = over_rows(relation, "count", None, Frame(), scope)
        needed = [number, time]
        for name in ("startswith", "endswith"):
            relation, flag = kept(relation, self._holds(name, schema, relation, scope), scope, name)
            needed.append(flag)
        for place_, key in enumerate(keys):
            text = scope.call(".", ColumnRef(key), constant(""))
            relation, column = kept(relation, text, scope, f"key{place_}")
            needed.append(column)
        return self._assembled(relation, tuple(needed), scope)

    def _assembled(self, relation: Relation, needed: tuple[Column, ...], scope: Scope) -> Relation:
        few = Project(relation, Schema(needed))
        rules = self._rules(len(needed) - 4)

        def assemble(table: pa.Table) -> Relation:
            rows: list[dict[str, Any]] = []
            for made in assembled(map(event_of, rows_of(table, few.schema)), rules):
                complete = made.complete(rules)
                if complete or self.keepevicted:
                    closed = int(made.closed and complete)
                    rows += ({"place": one, "number": made.number, "closed": closed} for one in made.places)
                if made.overflowed and self.maxevents == MOST:
                    self._warn(scope)
            types = {"place": Type.INTEGER, "number": Type.INTEGER, "closed": Type.INTEGER}
            same = frozenset(name.text for name in self.names)
            merging = Merging(same, self.mvlist, self.nullstr, self.mvraw)
            whole = merged(relation, needed[0], table_of(rows, scope, types), merging, scope)
            return self._with_orphans(whole, relation, needed, scope) if self.keeporphans else whole

        return Apply(few, "transaction", assemble)

    def _with_orphans(
        self, whole: Relation, relation: Relation, needed: tuple[Column, ...], scope: Scope
    ) -> Relation:
        """The transactions, then the events without any of the fields, which belong to none."""
        lacks = [scope.call("isnull", ColumnRef(key)) for key in needed[4:]]
        if not lacks:
            return whole
        alone = Filter(relation, lacks[0] if len(lacks) == 1 else scope.call("AND", *lacks))
        both = united((whole, extended(alone, {ORPHAN: constant(1)}, scope)), scope)
        time, orphan = both.schema.find("_time"), both.schema.find(ORPHAN)
        assert time is not None
        assert orphan is not None
        flagged = extended(both, {ORPHAN: scope.call("coalesce", ColumnRef(orphan), constant(0))}, scope)
        return Sort(flagged, (OrderKey(time, descending=True),))

    def _warn(self, scope: Scope) -> None:
        assert self.stage is not None
        message = f"a transaction was cut at {MOST:,} events"
        scope.report(Code.CUT, message, self.stage.name_span, "set maxevents, or -1 for no limit")

    def _rules(self, fields: int) -> Rules:
        words = {flag.word for flag in self.borders if isinstance(flag, Flag)}
        return Rules(
            fields=fields,
            span=None if self.maxspan is None else self.maxspan // MICROSECOND,
            pause=None if self.maxpause is None else self.maxpause // MICROSECOND,
            most=self.maxevents,
            starts=bool(self.startswith) or "startswith" in words,
            ends=bool(self.endswith) or "endswith" in words,
            connected=self.connected,
        )

    def _holds(self, name: str, schema: Schema, relation: Relation, scope: Scope) -> Scalar:
        """Whether an event fulfils `startswith` or `endswith`; where there is none, none does."""
        holds: Scalar = constant(value=False)
        for flag, given in zip(self.borders[::2], self.borders[1::2], strict=True):
            if isinstance(flag, Flag) and flag.word == name:
                if isinstance(given, Terms):
                    holds = resolve_term(given.term, schema, scope, scan_of(relation))
                elif isinstance(given, Condition):
                    holds = condition(given.expression, schema, scope)
        text = self.startswith if name == "startswith" else self.endswith
        if text:
            holds = self._search(text, self._place(name), schema, relation, scope)
        return scope.call("coalesce", holds, constant(value=False))

    def _search(self, text: str, place: Span, schema: Schema, relation: Relation, scope: Scope) -> Scalar:
        try:
            term = moved(parse_terms(text), place)
        except QueryError as error:
            message = f"this is no search: {error.diagnostics[0].message}"
            scope.report(error.diagnostics[0].code, message, place, error.diagnostics[0].help)
            return constant(value=False)
        return resolve_term(term, schema, scope, scan_of(relation))

    def _place(self, name: str) -> Span:
        assert self.stage is not None
        written = (clause for clause in self.stage.clauses if isinstance(clause, Option))
        return next(one.value_span for one in written if one.name.lower() == name)


def event_of(row: dict[str, Any]) -> Event:
    """A row (place, time, whether it starts and ends one, values of the fields) as an event."""
    place, time, starts, ends, *values = row.values()
    return Event(place, (time - EPOCH) // MICROSECOND, tuple(values), bool(starts), bool(ends))
