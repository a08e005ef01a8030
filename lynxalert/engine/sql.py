"""Relation → SELECT: one named stage per node, each selecting only the columns somebody asks for.

Order columns are carried as hidden columns exactly as far as something depends on the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sqlglot import exp

from lynxalert.engine.catalog import Catalog
from lynxalert.engine.scalars import ScalarRenderer, convert, name_of
from lynxalert.engine.sources import chosen, empty_scan, read_stream
from lynxalert.functions.aggregates import Call, over
from lynxalert.functions.coerce import Typed, as_number, as_text, as_type
from lynxalert.functions.nodes import Node, binary, call, column, every, identifier, is_present, number
from lynxalert.plan import Type
from lynxalert.plan.relation import (
    Aggregate,
    Apply,
    Distinct,
    Extend,
    Filter,
    Generate,
    Limit,
    Nested,
    Ordering,
    Project,
    Relation,
    Scan,
    Sort,
    Spanned,
    Union,
    Unnest,
    Window,
)
from lynxalert.plan.scalar import AggregateCall, columns_of
from lynxalert.plan.schema import Column

Wanted = frozenset[Column]


def render_into(stages: Stages, relation: Relation) -> exp.Select:
    """*relation* as one SELECT whose columns are the schema's, in order, rows in current order."""
    visible, ordering = relation.schema.columns, relation.ordering
    last = stages.add(relation, frozenset(visible) | ordered_columns(ordering))
    select = stages.select([_same(one) for one in visible] or [number(1)], last)
    if ordering:
        select.set("order", exp.Order(expressions=order_nodes(ordering)))
    return stages.with_all(select)


def ordered_columns(ordering: Ordering) -> Wanted:
    """The columns an order needs."""
    return frozenset(key.column for key in ordering)


def order_nodes(ordering: Ordering) -> list[Node]:
    """ORDER BY keys of the total order: numbers and numeric texts by value, then text, missing last."""
    nodes: list[Node] = []
    for key in ordering:
        value = Typed(column(name_of(key.column)), key.column.type)
        if value.type in (Type.TEXT, Type.ANY, Type.LIST) and key.kind in ("auto", "num"):
            nodes.append(exp.Ordered(this=is_missing(value), desc=False, nulls_first=False))
            # Numbers stand before texts going up and after them going down: the exact reverse.
            nodes.append(exp.Ordered(this=as_number(value), desc=key.descending, nulls_first=key.descending))
            nodes.append(exp.Ordered(this=as_text(value), desc=key.descending, nulls_first=False))
        else:
            node = as_text(value) if key.kind == "str" else value.node
            nodes.append(exp.Ordered(this=node, desc=key.descending, nulls_first=False))
    return nodes


def is_missing(value: Typed) -> Node:
    """1 where there is no value, so that such rows come last both ways."""
    return exp.Is(this=value.node, expression=exp.Null())


def group_node(one: Column) -> Node:
    """What rows are grouped by: the canonical text where kinds may differ."""
    value = Typed(column(name_of(one)), one.type)
    return as_text(value) if one.type in (Type.ANY, Type.LIST) else value.node


def _same(one: Column) -> Node:
    return column(name_of(one))


def _named(node: Node, one: Column) -> Node:
    return exp.Alias(this=node, alias=identifier(name_of(one)))


class Stages:
    """The WITH list under construction."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.ctes: list[exp.CTE] = []
        self.hoisted = 0
        self.tables: list[Generate] = []

    def push(self, query: Node) -> str:
        """Name *query* as the next stage."""
        name = f"s{len(self.ctes)}"
        alias = exp.TableAlias(this=identifier(name))
        self.ctes.append(exp.CTE(this=query, alias=alias, materialized=False))
        return name

    def select(self, columns: Iterable[Node], source: str) -> exp.Select:
        """SELECT columns FROM a stage."""
        select = exp.Select(expressions=list(columns))
        select.set("from_", exp.From(this=exp.Table(this=identifier(source))))
        return select

    def extent(self, source: str, time: Column) -> exp.Select:
        """The least and the greatest *time* of a stage."""
        return self.with_all(self.select([call("min", _same(time)), call("max", _same(time))], source))

    def with_all(self, select: exp.Select) -> exp.Select:
        """*select* behind the whole WITH list."""
        if self.ctes:
            select.set("with_", exp.With(expressions=self.ctes))
        return select

    def scalars(self, source: str) -> tuple[ScalarRenderer, list[str]]:
        """A renderer over the columns of *source*; the list's only item is where to select from in the end."""
        current = [source]

        def hoist(node: Node) -> Node:
            self.hoisted += 1
            name = f"h{self.hoisted}"
            shared = exp.Alias(this=node, alias=identifier(name))
            current[0] = self.push(self.select([exp.Star(), shared], current[0]))
            return column(name)

        return ScalarRenderer(hoist), current

    def add(self, relation: Relation, wanted: Wanted) -> str:
        """Push the stages of *relation*; answer the name of the last one."""
        match relation:
            case Scan():
                return self.scan(relation, wanted)
            case Generate():
                return self.generate(relation, wanted)
            case Filter(input_, predicate):
                renderer, source = self.scalars(self.add(input_, wanted | columns_of(predicate)))
                condition = renderer.condition(predicate)
                select = self.select(_all(wanted), source[0])
                select.set("where", exp.Where(this=condition))
                return self.push(select)
            case Extend():
                return self.extend(relation, wanted)
            case Project(input_, _, renames):
                olds = {new: old for new, old in renames if new in wanted}
                source_name = self.add(input_, (wanted - olds.keys()) | frozenset(olds.values()))
                if not olds:
                    return source_name
                kept = [
                    _named(column(name_of(olds[one])), one) if one in olds else _same(one)
                    for one in _sorted(wanted)
                ]
                return self.push(self.select(kept, source_name))
            case Sort(input_):
                return self.add(input_, wanted)
            case Aggregate():
                return self.aggregate(relation, wanted)
            case Window():
                return self.window(relation, wanted)
            case Distinct():
                return self.distinct(relation, wanted)
            case Limit():
                return self.limit(relation, wanted)
            case Unnest(input_, old, new):
                source_name = self.add(input_, (wanted - {new}) | {old})
                values = exp.Unnest(expressions=[column(name_of(old))])
                return self.push(self.select([*_all(wanted - {new}), _named(values, new)], source_name))
            case Union():
                return self.union(relation, wanted)
            case Spanned() | Apply() | Nested():
                raise AssertionError("a barrier is run before what follows it is rendered")
            case _:
                assert_never(relation)

    def scan(self, relation: Scan, wanted: Wanted) -> str:
        """UNION ALL of the streams chosen."""
        columns = _sorted(wanted)
        streams = chosen(self.catalog, relation.indexes)
        selects: list[Node] = [read_stream(stream, relation, columns) for stream in streams] or [
            empty_scan(columns)
        ]
        if not columns:
            for select in selects:
                select.set("expressions", [exp.Alias(this=number(1), alias=identifier("one"))])
        query = selects[0]
        for select in selects[1:]:
            query = exp.Union(this=query, expression=select, distinct=False)
        return self.push(query)

    def generate(self, relation: Generate, wanted: Wanted) -> str:
        """Rows at hand, registered under a name of their own; columns are called by their place."""
        table = f"t{len(self.tables)}"
        self.tables.append(relation)
        places = {one: str(place) for place, one in enumerate(relation.schema.columns)}
        places[relation.position] = "position"
        columns = [_named(column(places[one]), one) for one in _sorted(wanted)]
        return self.push(self.select(columns or [number(1)], table))

    def extend(self, relation: Extend, wanted: Wanted) -> str:
        """Every wanted column of the input, and the new ones."""
        new = [(one, scalar) for one, scalar in relation.columns if one in wanted]
        if not new:
            return self.add(relation.input, wanted)
        needs = (wanted - {one for one, _ in new}).union(*(columns_of(scalar) for _, scalar in new))
        renderer, source = self.scalars(self.add(relation.input, needs))
        computed = []
        for one, scalar in new:
            computed.append(_named(as_type(renderer.render(scalar), one.type), one))
        kept = _all(wanted - {one for one, _ in new})
        return self.push(self.select([*kept, *computed], source[0]))

    def aggregate(self, relation: Aggregate, wanted: Wanted) -> str:
        """GROUP BY the keys' canonical values; rows lacking a key are left out."""
        calls = [(one, call_) for one, call_ in relation.aggregates if one in wanted]
        ordering = relation.input.ordering if any(c.function.ordered for _, c in calls) else ()
        needs = frozenset(old for _, old in relation.keys) | ordered_columns(ordering)
        needs = needs.union(*(aggregate_columns(call_) for _, call_ in calls))
        renderer, source = self.scalars(self.add(relation.input, needs))
        order = tuple(order_nodes(ordering))
        keys = [_named(call("any_value", _same(old)), new) for new, old in relation.keys]
        computed = [_named(aggregate_node(renderer, call_, order), one) for one, call_ in calls]
        select = self.select([*keys, *computed] or [number(1)], source[0])
        if relation.keys:
            olds = [old for _, old in relation.keys]
            select.set("where", exp.Where(this=every([is_present(_same(old)) for old in olds])))
            select.set("group", exp.Group(expressions=[group_node(old) for old in olds]))
        elif not computed:
            select.set("limit", exp.Limit(expression=number(1)))
        return self.push(select)

    def window(self, relation: Window, wanted: Wanted) -> str:
        """Aggregates OVER the partition; in current order when there is a frame."""
        calls = [(one, call_) for one, call_ in relation.aggregates if one in wanted]
        framed = relation.frame is not None or any(c.function.ordered for _, c in calls)
        ordering = relation.input.ordering if framed else ()
        new = frozenset(one for one, _ in relation.aggregates)
        needs = (wanted - new) | frozenset(relation.partition) | ordered_columns(ordering)
        needs = needs.union(*(aggregate_columns(call_) for _, call_ in calls))
        renderer, source = self.scalars(self.add(relation.input, needs))
        computed = []
        for one, call_ in calls:
            inner = tuple(order_nodes(ordering)) if relation.frame is None else ()
            node = over(aggregate_node(renderer, call_, inner), lambda one: windowed(one, relation, ordering))
            computed.append(_named(node, one))
        return self.push(self.select([*_all(wanted - new), *computed], source[0]))

    def distinct(self, relation: Distinct, wanted: Wanted) -> str:
        """The first rows of every combination, by a row number in current order."""
        ordering = relation.ordering
        needs = wanted | frozenset(relation.keys) | ordered_columns(ordering)
        source = self.add(relation.input, needs)
        select = self.select(_all(wanted), source)
        missing = [exp.Is(this=_same(key), expression=exp.Null()) for key in relation.keys]
        first = binary(
            "<=", row_number([group_node(key) for key in relation.keys], ordering), number(relation.keep)
        )
        if relation.keep_empty:
            from lynxalert.functions.nodes import some

            select.set("qualify", exp.Qualify(this=some([*missing, first])))
        else:
            select.set("where", exp.Where(this=every([is_present(_same(key)) for key in relation.keys])))
            select.set("qualify", exp.Qualify(this=first))
        return self.push(select)

    def limit(self, relation: Limit, wanted: Wanted) -> str:
        """The first rows in current order, of all or of every group."""
        ordering = relation.ordering
        source = self.add(relation.input, wanted | ordered_columns(ordering) | frozenset(relation.per))
        select = self.select(_all(wanted), source)
        if relation.per:
            counted = row_number([group_node(one) for one in relation.per], ordering)
            select.set("qualify", exp.Qualify(this=binary("<=", counted, number(relation.count))))
            return self.push(select)
        if ordering:
            select.set("order", exp.Order(expressions=order_nodes(ordering)))
        select.set("limit", exp.Limit(expression=number(relation.count)))
        return self.push(select)

    def union(self, relation: Union, wanted: Wanted) -> str:
        """UNION ALL of the branches, each row with its branch and place."""
        selects: list[Node] = []
        for index, (branch, columns) in enumerate(relation.branches):
            pairs = dict(zip(relation.schema.columns, columns, strict=True))
            needs = frozenset(old for new, old in pairs.items() if old is not None and new in wanted)
            source = self.add(branch, needs | ordered_columns(branch.ordering))
            nodes: list[Node] = []
            for one in _sorted(wanted):
                if one == relation.branch:
                    nodes.append(_named(number(index), one))
                elif one == relation.position:
                    nodes.append(_named(row_number([], branch.ordering), one))
                else:
                    old = pairs[one]
                    value = Typed(exp.Null(), Type.NULL) if old is None else Typed(_same(old), old.type)
                    nodes.append(_named(as_type(value, one.type), one))
            selects.append(self.select(nodes or [number(1)], source))
        query = selects[0]
        for select in selects[1:]:
            query = exp.Union(this=query, expression=select, distinct=False)
        return self.push(query)


def windowed(node: Node, relation: Window, ordering: Ordering) -> Node:
    """*node* OVER the partition and frame of *relation*."""
    window = exp.Window(this=node, partition_by=[group_node(part) for part in relation.partition])
    if relation.frame is not None:
        window.set("order", exp.Order(expressions=order_nodes(ordering)))
        window.set("spec", frame_spec(relation.frame.preceding, current=relation.frame.current))
    return window


def aggregate_columns(call_: AggregateCall) -> Wanted:
    """Every column an aggregate reads."""
    columns = columns_of(call_.argument) if call_.argument is not None else frozenset()
    return columns | ({call_.time} if call_.time is not None else frozenset())


def aggregate_node(renderer: ScalarRenderer, call_: AggregateCall, order: tuple[Node, ...]) -> Node:
    """The SQL of one aggregate."""
    value = renderer.render(call_.argument) if call_.argument is not None else None
    if value is not None:
        converted = convert(value, call_.function.takes)
        value = converted if isinstance(converted, Typed) else Typed(converted, value.type)
    time = _same(call_.time) if call_.time is not None else None
    node: Node = call_.function.sql(Call(value, order, time, call_.number))
    return node


def row_number(partition: list[Node], ordering: Ordering) -> Node:
    """`row_number() OVER (PARTITION BY … ORDER BY …)`."""
    window = exp.Window(this=call("row_number"), partition_by=partition)
    if ordering:
        window.set("order", exp.Order(expressions=order_nodes(ordering)))
    return window


def frame_spec(preceding: int | None, *, current: bool) -> exp.WindowSpec:
    """`ROWS BETWEEN … PRECEDING AND CURRENT ROW | 1 PRECEDING`."""
    start: Node | str = "UNBOUNDED" if preceding is None else number(preceding)
    end: Node | str = "CURRENT ROW" if current else number(1)
    return exp.WindowSpec(
        kind="ROWS", start=start, start_side="PRECEDING", end=end, end_side=None if current else "PRECEDING"
    )


def _sorted(columns: Iterable[Column]) -> list[Column]:
    return sorted(columns, key=lambda one: one.id)


def _all(columns: Iterable[Column]) -> list[Node]:
    """Columns passed on as they are; a SELECT of nothing still counts its rows."""
    return [_same(one) for one in _sorted(columns)] or [number(1)]
