"""Window and Distinct → SQL: aggregates over neighbouring rows, row numbers, runs of equal rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lynxalert.engine.aggregation import aggregate_columns, aggregate_node
from lynxalert.engine.columns import (
    Wanted,
    group_node,
    named,
    order_nodes,
    ordered_columns,
    passed_on,
    same,
)
from lynxalert.functions.aggregates import over
from lynxalert.functions.nodes import Node, binary, call, column, every, identifier, is_present, number, some
from lynxalert.plan import Type
from lynxalert.plan.relation import Distinct, Frame, Ordering, OrderKey, Window
from lynxalert.plan.schema import Column

if TYPE_CHECKING:
    from lynxalert.engine.sql import Stages


def window(stages: Stages, relation: Window, wanted: Wanted) -> str:
    """Aggregates OVER the partition; in current order when there is a frame."""
    calls = [(one, call_) for one, call_ in relation.aggregates if one in wanted]
    framed = relation.frame is not None or any(c.function.ordered for _, c in calls)
    ordering = relation.input.ordering if framed else ()
    new = frozenset(one for one, _ in relation.aggregates)
    needs = (wanted - new) | frozenset(relation.partition) | ordered_columns(ordering)
    needs = needs.union(frame_columns(relation.frame), *(aggregate_columns(call_) for _, call_ in calls))
    renderer, source = stages.scalars(stages.add(relation.input, needs))
    computed = []
    for one, call_ in calls:
        inner = tuple(order_nodes(ordering)) if relation.frame is None else ()
        # A copy, in which no part stands twice: every aggregate gets its OVER once.
        whole = aggregate_node(renderer, call_, inner).copy()
        node = over(whole, lambda one: windowed(one, relation, ordering))
        computed.append(named(node, one))
    return stages.push(stages.select([*passed_on(wanted - new), *computed], source[0]))


def windowed(node: Node, relation: Window, ordering: Ordering) -> Node:
    """*node* OVER the partition and frame of *relation*."""
    over_ = exp.Window(this=node, partition_by=[group_node(part) for part in relation.partition])
    frame = relation.frame
    if frame is not None:
        order = order_nodes(ordering) if frame.by is None else [measure(frame.by)]
        if order:
            over_.set("order", exp.Order(expressions=order))
        over_.set("spec", frame_spec(frame))
    return over_


def measure(key: OrderKey) -> Node:
    """A key as a number that grows in current order, to measure distances by; times in microseconds."""
    value = call("epoch_us", same(key.column)) if key.column.type is Type.TIME else same(key.column)
    return exp.Ordered(
        this=binary("-", number(0), value) if key.descending else value, desc=False, nulls_first=False
    )


def frame_columns(frame: Frame | None) -> Wanted:
    """The columns a frame depends on."""
    if frame is None:
        return frozenset()
    by = frozenset((frame.by.column,)) if frame.by is not None else frozenset()
    return by | {frame.start} if isinstance(frame.start, Column) else by


def frame_spec(frame: Frame) -> exp.WindowSpec:
    """`ROWS BETWEEN … PRECEDING AND CURRENT ROW | … PRECEDING`."""
    match frame.start:
        case None:
            start: Node | str = "UNBOUNDED"
        case Column():
            start = same(frame.start)
        case _:
            start = number(frame.start)
    return exp.WindowSpec(
        kind="ROWS" if frame.by is None else "RANGE",
        start=start,
        start_side="PRECEDING",
        end=number(frame.end) if frame.end else "CURRENT ROW",
        end_side="PRECEDING" if frame.end else None,
    )


def row_number(partition: list[Node], ordering: Ordering) -> Node:
    """`row_number() OVER (PARTITION BY … ORDER BY …)`."""
    over_ = exp.Window(this=call("row_number"), partition_by=partition)
    if ordering:
        over_.set("order", exp.Order(expressions=order_nodes(ordering)))
    return over_


def distinct(stages: Stages, relation: Distinct, wanted: Wanted) -> str:
    """The first rows of every combination, by a row number in current order."""
    ordering = relation.ordering
    source = stages.add(relation.input, wanted | frozenset(relation.keys) | ordered_columns(ordering))
    partition = [group_node(key) for key in relation.keys]
    if relation.consecutive:
        source, run = runs(stages, relation, source)
        partition.append(run)
    select = stages.select(passed_on(wanted), source)
    missing = [exp.Is(this=same(key), expression=exp.Null()) for key in relation.keys]
    first = binary("<=", row_number(partition, ordering), number(relation.keep))
    if relation.keep_empty:
        first = some([*missing, first])
    else:
        select.set("where", exp.Where(this=every([is_present(same(key)) for key in relation.keys])))
    select.set("qualify", exp.Qualify(this=first))
    return stages.push(select)


def runs(stages: Stages, relation: Distinct, source: str) -> tuple[str, Node]:
    """*source* with the number of the run of equal keys each row belongs to, and that number."""
    order = exp.Order(expressions=order_nodes(relation.ordering)) if relation.ordering else None
    changed = some(
        [
            exp.NullSafeNEQ(
                this=group_node(key), expression=exp.Window(this=call("lag", group_node(key)), order=order)
            )
            for key in relation.keys
        ]
    )
    flag = exp.Alias(this=changed, alias=identifier("changed"))
    source = stages.push(stages.select([exp.Star(), flag], source))
    count = exp.Window(this=call("count_if", column("changed")), order=order and order.copy())
    source = stages.push(stages.select([exp.Star(), exp.Alias(this=count, alias=identifier("run"))], source))
    return source, column("run")
