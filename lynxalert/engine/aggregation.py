"""AggregateCall and Aggregate → SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lynxalert.engine.columns import Wanted, group_node, named, order_nodes, ordered_columns, same
from lynxalert.engine.scalars import ScalarRenderer, convert
from lynxalert.functions.aggregates import Call
from lynxalert.functions.coerce import Typed
from lynxalert.functions.nodes import Node, call, every, is_present
from lynxalert.plan import Type
from lynxalert.plan.relation import Aggregate
from lynxalert.plan.scalar import AggregateCall, columns_of
from lynxalert.plan.schema import Column

if TYPE_CHECKING:
    from lynxalert.engine.sql import Stages


def aggregate(stages: Stages, relation: Aggregate, wanted: Wanted) -> str:
    """GROUP BY the keys' canonical values; rows lacking a key are left out."""
    calls = [(one, call_) for one, call_ in relation.aggregates if one in wanted]
    ordering = relation.input.ordering if any(c.function.ordered for _, c in calls) else ()
    needs = frozenset(old for _, old in relation.keys) | ordered_columns(ordering)
    needs = needs.union(*(aggregate_columns(call_) for _, call_ in calls))
    renderer, source = stages.scalars(stages.add(relation.input, needs))
    order = tuple(order_nodes(ordering))
    keys = [named(_shown_key(old), new) for new, old in relation.keys]
    computed = [named(aggregate_node(renderer, call_, order), one) for one, call_ in calls]
    # Of an aggregation of which nobody reads anything, the number of its rows is left: one, even over nothing.
    select = stages.select([*keys, *computed] or [call("count", exp.Star())], source[0])
    if relation.keys:
        olds = [old for _, old in relation.keys]
        select.set("where", exp.Where(this=every([is_present(same(old)) for old in olds])))
        select.set("group", exp.Group(expressions=[group_node(old) for old in olds]))
    return stages.push(select)


def _shown_key(old: Column) -> Node:
    """What a group shows as its key: what it is grouped by, or one of the values that share that text."""
    return call("any_value", same(old)) if old.type in (Type.ANY, Type.LIST) else same(old)


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
    time = same(call_.time) if call_.time is not None else None
    node: Node = call_.function.sql(Call(value, order, time, call_.number))
    return node
