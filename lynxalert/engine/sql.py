"""Relation → SELECT: one named stage per node, each selecting only the columns somebody asks for.

Order columns are carried as hidden columns exactly as far as something depends on the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sqlglot import exp

from lynxalert.engine.aggregation import aggregate
from lynxalert.engine.catalog import Catalog
from lynxalert.engine.columns import (
    Wanted,
    by_id,
    group_node,
    named,
    order_nodes,
    ordered_columns,
    passed_on,
    same,
)
from lynxalert.engine.joins import join, union
from lynxalert.engine.scalars import ScalarRenderer, name_of
from lynxalert.engine.sources import chosen, empty_scan, read_stream
from lynxalert.engine.windows import distinct, row_number, window
from lynxalert.functions.coerce import SQL_TYPE, as_type
from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    call,
    case,
    cast,
    column,
    identifier,
    null,
    number,
)
from lynxalert.plan import Type
from lynxalert.plan.relation import (
    Aggregate,
    Apply,
    Distinct,
    Extend,
    Filter,
    Generate,
    Handed,
    Join,
    Limit,
    Nested,
    Project,
    Relation,
    Scan,
    Sort,
    Spanned,
    Union,
    Unnest,
    Window,
)
from lynxalert.plan.scalar import columns_of
from lynxalert.plan.schema import Column


def render_into(stages: Stages, relation: Relation) -> exp.Select:
    """*relation* as one SELECT whose columns are the schema's, in order, rows in current order."""
    visible, ordering = relation.schema.columns, relation.ordering
    last = stages.add(relation, frozenset(visible) | ordered_columns(ordering))
    select = stages.select([same(one) for one in visible] or [number(1)], last)
    if ordering:
        select.set("order", exp.Order(expressions=order_nodes(ordering)))
    return stages.with_all(select)


class Stages:
    """The WITH list under construction."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.ctes: list[exp.CTE] = []
        self.hoisted = 0
        self.tables: list[Generate] = []
        self.made: dict[tuple[int, Wanted], tuple[Relation, str]] = {}

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
        return self.with_all(self.select([call("min", same(time)), call("max", same(time))], source))

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
        """Push the stages of *relation*, once however many ask for them; answer the name of the last one."""
        key = (id(relation), frozenset(wanted))
        if key not in self.made:
            self.made[key] = relation, self.render(relation, wanted)
            return self.made[key][1]
        name = self.made[key][1]
        # Inlined, a chain of stages that each read the one before twice would be computed 2ⁿ times.
        self.ctes[int(name[1:])].set("materialized", True)
        return name

    def render(self, relation: Relation, wanted: Wanted) -> str:
        """Push the stages of *relation*."""
        match relation:
            case Scan():
                return self.scan(relation, wanted)
            case Generate():
                return self.generate(relation, wanted)
            case Filter():
                return self.filter(relation, wanted)
            case Extend():
                return self.extend(relation, wanted)
            case Project():
                return self.project(relation, wanted)
            case Sort(input_):
                return self.add(input_, wanted)
            case Aggregate():
                return aggregate(self, relation, wanted)
            case Window():
                return window(self, relation, wanted)
            case Distinct():
                return distinct(self, relation, wanted)
            case Limit():
                return self.limit(relation, wanted)
            case Unnest(input_, old, new):
                source_name = self.add(input_, (wanted - {new}) | {old})
                listed = column(name_of(old))
                if relation.keeps_absent:
                    some = binary(">", call("len", listed), number(0))
                    listed = case((some, listed), default=cast(array(null()), SQL_TYPE[old.type]))
                values = exp.Unnest(expressions=[listed])
                return self.push(self.select([*passed_on(wanted - {new}), named(values, new)], source_name))
            case Union():
                return union(self, relation, wanted)
            case Join():
                return join(self, relation, wanted)
            case Spanned() | Apply() | Nested() | Handed():
                raise AssertionError("a barrier is run before what follows it is rendered")
            case _:
                assert_never(relation)

    def scan(self, relation: Scan, wanted: Wanted) -> str:
        """UNION ALL of the streams chosen."""
        columns = by_id(wanted)
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
        columns = []
        for one in by_id(wanted):
            value = column(places[one])
            columns.append(named(cast(value, "JSON") if one.type is Type.ANY else value, one))
        return self.push(self.select(columns or [number(1)], table))

    def filter(self, relation: Filter, wanted: Wanted) -> str:
        """The rows for which the predicate is true, not null."""
        needs = wanted | columns_of(relation.predicate)
        renderer, source = self.scalars(self.add(relation.input, needs))
        condition = renderer.condition(relation.predicate)
        select = self.select(passed_on(wanted), source[0])
        select.set("where", exp.Where(this=condition))
        return self.push(select)

    def project(self, relation: Project, wanted: Wanted) -> str:
        """Renamed columns; what is merely not shown costs no stage."""
        olds = {new: old for new, old in relation.renames if new in wanted}
        source = self.add(relation.input, (wanted - olds.keys()) | frozenset(olds.values()))
        if not olds:
            return source
        kept = [named(same(olds[one]), one) if one in olds else same(one) for one in by_id(wanted)]
        return self.push(self.select(kept, source))

    def extend(self, relation: Extend, wanted: Wanted) -> str:
        """Every wanted column of the input, and the new ones."""
        new = [(one, scalar) for one, scalar in relation.columns if one in wanted]
        if not new:
            return self.add(relation.input, wanted)
        needs = (wanted - {one for one, _ in new}).union(*(columns_of(scalar) for _, scalar in new))
        renderer, source = self.scalars(self.add(relation.input, needs))
        computed = []
        for one, scalar in new:
            computed.append(named(as_type(renderer.render(scalar), one.type), one))
        kept = passed_on(wanted - {one for one, _ in new})
        return self.push(self.select([*kept, *computed], source[0]))

    def limit(self, relation: Limit, wanted: Wanted) -> str:
        """The first rows in current order, of all or of every group."""
        ordering = relation.ordering
        source = self.add(relation.input, wanted | ordered_columns(ordering) | frozenset(relation.per))
        select = self.select(passed_on(wanted), source)
        if relation.per:
            counted = row_number([group_node(one) for one in relation.per], ordering)
            select.set("qualify", exp.Qualify(this=binary("<=", counted, number(relation.count))))
            return self.push(select)
        if ordering:
            select.set("order", exp.Order(expressions=order_nodes(ordering)))
        select.set("limit", exp.Limit(expression=number(relation.count)))
        return self.push(select)
