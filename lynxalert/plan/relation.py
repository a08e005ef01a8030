"""The relational nodes: a few serve every command. Each knows its schema and its order. No SQL.

Order is a property of a relation, as in Splunk: raw events are newest first, `sort` adds keys in front, `stats`
orders by its by-fields. Order columns need not be visible; the renderer carries them as long as someone asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lynxalert.lang.ast import Stage
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import AggregateCall, Scalar
from lynxalert.plan.schema import Column, Schema

if TYPE_CHECKING:
    import pyarrow as pa

    from lynxalert.plan.sinks import Sink


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order; missing values come last both ways. *kind*: auto (numbers before text), num, str, ip."""

    column: Column
    descending: bool = False
    kind: str = "auto"
    missing_first: bool = False  # in rows that were turned around

    @property
    def turned(self) -> OrderKey:
        """The exact reverse."""
        return OrderKey(self.column, not self.descending, self.kind, not self.missing_first)


Ordering: TypeAlias = tuple[OrderKey, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Events of the indexes that fit *indexes*, newest first. *sequence* is the hidden ingest sequence."""

    indexes: tuple[str, ...]
    schema: Schema
    sequence: Column
    text: Column  # hidden: unescaped string values of a JSON event
    window: int = 0  # which time range it covers: 0 the query's own, others those of queries inside it
    over: str = "_time"  # the time of an event that the range is about

    @property
    def ordering(self) -> Ordering:
        """Newest first; of one instant, the last to arrive first."""
        time = self.schema.find("_time")
        assert time is not None
        return (OrderKey(time, descending=True), OrderKey(self.sequence, descending=True))


@dataclass(frozen=True, slots=True)
class Generate:
    """Rows already at hand: an Arrow table whose columns stand in the order of *schema*."""

    table: pa.Table
    schema: Schema
    position: Column  # hidden: the row's place
    ordering: Ordering = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows for which *predicate* is true."""

    input: Relation
    predicate: Scalar

    @property
    def schema(self) -> Schema:
        """As the input's."""
        return self.input.schema

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Extend:
    """Every row with further *columns* computed from it (of the input's columns only)."""

    input: Relation
    columns: tuple[tuple[Column, Scalar], ...]
    schema: Schema

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Project:
    """The same rows showing another choice, order or naming of columns. *renames*: new column ← old."""

    input: Relation
    schema: Schema
    renames: tuple[tuple[Column, Column], ...] = ()

    @property
    def ordering(self) -> Ordering:
        """As the input's: order columns may be invisible."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row per combination of *keys* (new ← old), rows lacking a key dropped; without keys exactly one row."""

    input: Relation
    keys: tuple[tuple[Column, Column], ...]
    aggregates: tuple[tuple[Column, AggregateCall], ...]
    schema: Schema

    @property
    def ordering(self) -> Ordering:
        """By the keys, ascending."""
        return tuple(OrderKey(new) for new, _ in self.keys)


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows a window function sees, counted back from the row itself: from *start* (None: the first) to *end*.

    They are counted in rows, or in units of the numeric or time (µs) column *by* that the rows are ordered by.
    """

    start: int | Column | None = None
    end: int = 0  # 0 is the row itself
    by: OrderKey | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Every row with aggregates over its partition. *frame* None: the whole partition; else in current order."""

    input: Relation
    partition: tuple[Column, ...]
    aggregates: tuple[tuple[Column, AggregateCall], ...]
    schema: Schema
    frame: Frame | None = None

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Distinct:
    """The first *keep* rows of every combination of *keys* in current order."""

    input: Relation
    keys: tuple[Column, ...]
    keep: int = 1
    keep_empty: bool = False  # rows lacking a key are kept instead of dropped
    consecutive: bool = False  # only runs of equal keys are thinned

    @property
    def schema(self) -> Schema:
        """As the input's."""
        return self.input.schema

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Sort:
    """The rows ordered by *keys*, then as before; *reverse* turns the whole order around."""

    input: Relation
    keys: Ordering = ()
    reverse: bool = False

    @property
    def schema(self) -> Schema:
        """As the input's."""
        return self.input.schema

    @property
    def ordering(self) -> Ordering:
        """The keys in front of the input's order."""
        keys = (*self.keys, *self.input.ordering)
        return tuple(key.turned for key in keys) if self.reverse else keys


@dataclass(frozen=True, slots=True)
class Limit:
    """The first *count* rows in current order; with *per* the first of every combination of those columns."""

    input: Relation
    count: int
    per: tuple[Column, ...] = ()

    @property
    def schema(self) -> Schema:
        """As the input's."""
        return self.input.schema

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Unnest:
    """One row per value of the multivalue *column*, seen as *value*; rows without one only if *keeps_absent*."""

    input: Relation
    column: Column
    value: Column
    schema: Schema
    keeps_absent: bool = False

    @property
    def ordering(self) -> Ordering:
        """As the input's."""
        return self.input.ordering


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of every input, one after the other. *branches* pairs each with its columns, as in `columns`."""

    branches: tuple[tuple[Relation, tuple[Column | None, ...]], ...]
    schema: Schema
    branch: Column  # hidden: which input a row came from
    position: Column  # hidden: its place there

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the branches are paired with: visible columns, then hidden ones."""
        return (*self.schema.columns, *self.schema.hidden)

    @property
    def ordering(self) -> Ordering:
        """Input by input, each in its own order."""
        return (OrderKey(self.branch), OrderKey(self.position))


@dataclass(frozen=True, slots=True)
class Join:
    """Every row of *left* with the rows of *right* that agree in all pairs of *on*, the first *keep* per key.

    *kind*: `inner` drops rows of left that find none, `left` keeps them, `full` keeps such rows of both sides.
    Both sides may come from one relation, so the columns of right are seen under new ids (*renewed*: new ← old).
    """

    left: Relation
    right: Relation
    on: tuple[tuple[Column, Column], ...]
    kind: str
    renewed: tuple[tuple[Column, Column], ...]
    schema: Schema
    place: Column  # hidden: the place of the row of right, nothing where there is none
    keep: int | None = None

    @property
    def ordering(self) -> Ordering:
        """As left's; several partners of one row in their own order."""
        return (*self.left.ordering, OrderKey(self.place))


@dataclass(frozen=True, slots=True)
class Spanned:
    """A stage that must know the range of time it covers: *lower* receives it when the query runs."""

    input: Relation
    time: Column
    lower: Callable[[TimeWindow], Relation] = field(compare=False)

    @property
    def schema(self) -> Schema:
        """Known only when run."""
        return Schema((), open=True)

    @property
    def ordering(self) -> Ordering:
        """Known only when run."""
        return ()


@dataclass(frozen=True, slots=True)
class Apply:
    """Arrow → Arrow in Python under a row cap, for what SQL cannot say; the schema is known when run.

    *function* receives the input's rows in order, columns by name. It may also answer a relation: then the rows
    were only needed to decide how to go on.
    """

    input: Relation
    name: str
    function: Callable[[pa.Table], pa.Table | Relation] = field(compare=False)
    cap: int = 1_000_000

    @property
    def schema(self) -> Schema:
        """Known only when run."""
        return Schema((), open=True)

    @property
    def ordering(self) -> Ordering:
        """Known only when run."""
        return ()


@dataclass(frozen=True, slots=True)
class Handed:
    """The rows, of which the columns *shown* are handed to *sink*; *lower* receives them when the query runs.

    Nothing is written here: the result of the query says what was handed over.
    """

    input: Relation
    sink: Sink
    shown: tuple[str, ...]
    lower: Callable[[pa.Table], Relation] = field(compare=False)

    @property
    def schema(self) -> Schema:
        """As the input's."""
        return self.input.schema

    @property
    def ordering(self) -> Ordering:
        """Known only when run."""
        return ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A query analysed as far as its data allow.

    *rest* waits for the result of *relation*, which is a barrier then; *window* is its time range in the scope.
    """

    relation: Relation
    rest: tuple[Stage, ...] = ()
    window: int = 0

    @property
    def known(self) -> bool:
        """Whether the relation, and so its schema, is final."""
        return not isinstance(self.relation, Barrier)


@dataclass(frozen=True, slots=True)
class Nested:
    """A stage over the results of *queries* inside it, some of which must run before their schema is known."""

    queries: tuple[Pending, ...]
    lower: Callable[[tuple[Relation, ...]], Relation] = field(compare=False)

    @property
    def schema(self) -> Schema:
        """Known only when run."""
        return Schema((), open=True)

    @property
    def ordering(self) -> Ordering:
        """Known only when run."""
        return ()


Relation: TypeAlias = (
    Scan
    | Generate
    | Filter
    | Extend
    | Project
    | Aggregate
    | Window
    | Distinct
    | Sort
    | Limit
    | Unnest
    | Union
    | Join
    | Spanned
    | Apply
    | Nested
    | Handed
)
Barrier: TypeAlias = Spanned | Apply | Nested | Handed
