"""Shape and constants → the same without stages, over an intake: so queries of other shapes can stand beside it.

Its stages are put into one another. What it asks of events becomes a condition in each of its aggregates, what follows
the aggregation a condition of rows. Only for what is counted, added up, averaged, or an extreme: other aggregates would
need a filter of their own, which costs as much as a query of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from lynxalert.engine.shared.cost import is_costly
from lynxalert.engine.shared.intake import CONDITION, TERM, TOTAL, Intake, Reckoned, spelled
from lynxalert.engine.shared.joined import fixed
from lynxalert.engine.shared.literals import Lifted
from lynxalert.engine.shared.shape import Shape
from lynxalert.functions.aggregates import AGGREGATE
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    coalesce,
    column,
    conjuncts,
    every,
    is_present,
    number,
    operand,
)

MOST_NODES = 1_000  # of one expression: what is read twice is put in twice
KEY = "g"  # of the names of what is grouped by
FINAL = {"expressions", "from_", "order"}  # the parts of the SELECT that shows the rows
OF_VALUES = {"sum", "avg", "min", "max"}
QUICK = {
    "lower",
    "upper",
    "len",
    "trunc",
    "abs",
    "nullif",
    "isfinite",
    "coalesce",
}  # other functions may take long
COSTLY = (exp.Lambda, exp.JSONExtract)
CHANCE = {"random"}  # says something else each time it is put in


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A query as SQL: of each group by *keys*, which read *reads*, it shows *shows* where *holds* is true, in *order*.

    The last three speak of *totals*, and of the keys by number.
    """

    keys: tuple[str, ...]
    reads: frozenset[str]
    totals: frozenset[Reckoned]
    holds: str
    shows: tuple[str, ...]
    order: str


class Kept(Exception):
    """The stages cannot be put into one another."""


def folded(shape: Shape, constants: Sequence[Lifted], intake: Intake) -> Fold | None:
    """*shape* with these *constants*, over *intake*; None where it has to keep its stages."""
    fold = _tried(intake, shape, constants, lazily=True)
    return fold or _tried(intake, shape, constants, lazily=False)


def _tried(intake: Intake, shape: Shape, constants: Sequence[Lifted], *, lazily: bool) -> Fold | None:
    """What takes long is read for every event, or *lazily*: looked at where the rest of a condition holds."""
    folding = _Folding(intake, shape, constants, lazily=lazily)
    try:
        fold = folding.fold()
    except Kept:
        return None
    seen = folding.seen
    if not seen.is_costly:
        return fold
    is_lazy = lazily and not seen.is_apart
    return fold if is_lazy is folding.asks_cheaply else None


class _Folding:
    """One shape on its way. *met*: by an event that counts. *held*: by a row that is shown."""

    def __init__(self, intake: Intake, shape: Shape, constants: Sequence[Lifted], *, lazily: bool) -> None:
        self._intake, self._shape, self._constants = intake, shape, constants
        self.seen = intake.seen(shape.scan, lazily=lazily)
        self._met: list[Node] = []
        self._held: list[Node] = []
        self._totals: set[Reckoned] = set()
        self.asks_cheaply = False  # something of events that tells which to look at closely

    def fold(self) -> Fold:
        shape, constants = self._shape, self._constants
        if {name for name, held in shape.final.args.items() if held} - FINAL:
            raise Kept
        shown = self.seen.columns
        for cte in shape.before:
            shown = _passed(fixed(cte, constants.__getitem__).this, shown, self._met)
        self.asks_cheaply = any(not is_costly(term) for each in self._met for term in conjuncts(each))
        keys, told = self._aggregated(fixed(shape.aggregate, constants.__getitem__).this, shown)
        for cte in shape.after:
            told = _passed(fixed(cte, constants.__getitem__).this, told, self._held)
        order = shape.final.args.get("order") if keys else None
        return Fold(
            keys=tuple(map(spelled, keys)),
            reads=frozenset[str]().union(*map(self._intake.read_by, keys)),
            totals=frozenset(self._totals),
            holds=spelled(every(self._held)),
            shows=tuple(spelled(_inlined(each.unalias(), told)) for each in shape.final.expressions),
            order=spelled(_inlined(order, told)) if order is not None else "",
        )

    def _aggregated(
        self, select: exp.Select, shown: Mapping[str, Node]
    ) -> tuple[list[Node], Mapping[str, Node]]:
        """What is grouped by, and what a group shows."""
        where, group = select.args.get("where"), select.args.get("group")
        if where is not None:
            self._met.append(_inlined(where.this, shown))
        grouped_by = list(group.expressions) if group is not None else []
        if grouped_by:
            self._held.append(binary(">", self._counted(), number(0)))
        told: dict[str, Node] = {}
        for each in select.expressions:
            if not isinstance(each, exp.Alias):
                continue  # nobody reads it
            if each.this in grouped_by:
                told[each.alias] = column(f"{KEY}{grouped_by.index(each.this)}")
            else:
                told[each.alias] = self._value(each, shown)
        return [_inlined(each, shown) for each in grouped_by], told

    def _value(self, each: exp.Alias, shown: Mapping[str, Node]) -> Node:
        """The column *each* of a group, out of aggregates with conditions."""
        made: exp.Alias = each.copy()
        for found in [node for node in made.walk() if AGGREGATE in node.meta]:
            filtered = found.parent if isinstance(found.parent, exp.Filter) else None
            (filtered or found).replace(self._aggregate(found, filtered, shown))
        known = {each.name for each in self._totals}
        if any(each.name not in known for each in made.find_all(exp.Column)):
            raise Kept
        value: Node = made.this
        return value

    def _aggregate(self, node: Node, filtered: exp.Filter | None, shown: Mapping[str, Node]) -> Node:
        if not isinstance(node, exp.Anonymous) or len(node.expressions) != 1:
            raise Kept
        own = [_inlined(filtered.expression.this, shown)] if filtered is not None else []
        (argument,) = node.expressions
        name = node.name.lower()
        if isinstance(argument, exp.Distinct | exp.Order):
            raise Kept
        if name == "count" and isinstance(argument, exp.Star):
            return self._counted(*own)
        value = _inlined(argument, shown)
        if name == "count":
            return self._counted(*own, is_present(value))
        if name in OF_VALUES:
            met = self._condition(own)
            return self._total(call(name, value if met is None else case((met, value))))
        raise Kept

    def _counted(self, *further: Node) -> Node:
        """How many events are as they should be, and *further*."""
        met = self._condition(further)
        return coalesce(cast(self._total(call("count_if", met or exp.true())), "BIGINT"), number(0))

    def _condition(self, further: Sequence[Node]) -> Node | None:
        """Whether an event is as it should be, and *further*; None where nothing is asked of it.

        Everything is looked at for every event, but for what takes long: that only where the rest holds.
        """
        terms = [term for each in (*self._met, *further) for term in conjuncts(each)]
        cheap = [self._named(TERM, each) for each in terms if not is_costly(each)]
        costly = [each.copy() for each in terms if is_costly(each)]
        if costly:
            return self._named(CONDITION, case((every(cheap), every(costly))) if cheap else every(costly))
        return every(cheap) if cheap else None

    def _total(self, aggregate: Node) -> Node:
        total = self._intake.reckon(TOTAL, aggregate)
        self._totals.add(total)
        return column(total.name)

    def _named(self, kind: str, node: Node) -> Node:
        return column(self._intake.reckon(kind, node).name)


def _passed(select: exp.Select, shown: Mapping[str, Node], met: list[Node]) -> Mapping[str, Node]:
    """What *select* shows of a row that shows *shown*; its condition goes to those *met*."""
    where = select.args.get("where")
    if where is not None:
        met.append(_inlined(where.this, shown))
    passed: dict[str, Node] = {}
    for each in select.expressions:
        if isinstance(each, exp.Star):
            passed |= shown
        elif isinstance(each, exp.Alias | exp.Column):
            passed[each.alias_or_name] = _inlined(each.unalias(), shown)
    return passed


def _inlined(node: Node, shown: Mapping[str, Node]) -> Node:
    """*node* with what it reads put in; what takes long only once."""
    made = exp.Paren(this=node.copy())
    places = [place for place in made.find_all(exp.Column) if place.name in shown]
    uses = Counter(place.name for place in places)
    if any(count > 1 and is_costly(shown[name]) for name, count in uses.items()):
        raise Kept
    for place in places:
        place.replace(operand(shown[place.name].copy()))
    for size, each in enumerate(made.walk()):
        if size > MOST_NODES or (isinstance(each, exp.Anonymous) and each.name.lower() in CHANCE):
            raise Kept
    inner: Node = made.this
    return inner
