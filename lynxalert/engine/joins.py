"""Union and Join → SQL: several relations as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lynxalert.engine.columns import (
    Wanted,
    by_id,
    group_node,
    named,
    ordered_columns,
    passed_on,
    same,
)
from lynxalert.engine.windows import row_number
from lynxalert.functions.coerce import Typed, as_text, as_type
from lynxalert.functions.nodes import Node, binary, column, every, identifier, is_present, number
from lynxalert.plan import Type
from lynxalert.plan.relation import Join, Union
from lynxalert.plan.schema import Column

if TYPE_CHECKING:
    from lynxalert.engine.sql import Stages


def union(stages: Stages, relation: Union, wanted: Wanted) -> str:
    """UNION ALL of the branches, each row with its branch and place."""
    selects: list[Node] = []
    for index, (branch, columns) in enumerate(relation.branches):
        pairs = dict(zip(relation.columns, columns, strict=True))
        needs = frozenset(old for new, old in pairs.items() if old is not None and new in wanted)
        source = stages.add(branch, needs | ordered_columns(branch.ordering))
        nodes: list[Node] = []
        for one in by_id(wanted):
            if one == relation.branch:
                nodes.append(named(number(index), one))
            elif one == relation.position:
                nodes.append(named(row_number([], branch.ordering), one))
            else:
                old = pairs[one]
                value = Typed(exp.Null(), Type.NULL) if old is None else Typed(same(old), old.type)
                nodes.append(named(as_type(value, one.type), one))
        selects.append(stages.select(nodes or [number(1)], source))
    query = selects[0]
    for select in selects[1:]:
        query = exp.Union(this=query, expression=select, distinct=False)
    return stages.push(query)


def join(stages: Stages, relation: Join, wanted: Wanted) -> str:
    """LEFT, FULL or inner JOIN; the right side's rows are numbered, and cut per key, before they meet the left."""
    right = partners(stages, relation, wanted)
    renewed = {new for new, _ in relation.renewed} | {relation.place}
    keys = frozenset(left for left, _ in relation.on)
    left = stages.add(relation.left, (wanted - renewed) | keys)
    same_keys = [
        binary("=", key_node(ours, theirs), column(f"k{number_}"))
        for number_, (ours, theirs) in enumerate(relation.on)
    ]
    select = stages.select(passed_on(wanted), left)
    table = exp.Table(this=identifier(right))
    side = {"inner": None, "left": "LEFT", "full": "FULL"}[relation.kind]
    select.set("joins", [exp.Join(this=table, side=side, on=every(same_keys))])
    return stages.push(select)


def partners(stages: Stages, relation: Join, wanted: Wanted) -> str:
    """The rows of the right side under their new names, with their keys and places."""
    renewed = [(new, old) for new, old in relation.renewed if new in wanted]
    keys = [theirs for _, theirs in relation.on]
    ordering = relation.right.ordering
    needs = frozenset((*(old for _, old in renewed), *keys)) | ordered_columns(ordering)
    source = stages.add(relation.right, needs)
    nodes = [named(same(old), new) for new, old in renewed]
    for number_, (ours, theirs) in enumerate(relation.on):
        nodes.append(exp.Alias(this=key_node(theirs, ours), alias=identifier(f"k{number_}")))
    if relation.place in wanted:
        nodes.append(named(row_number([], ordering), relation.place))
    select = stages.select(nodes, source)
    if relation.kind != "full":
        select.set("where", exp.Where(this=every([is_present(same(key)) for key in keys])))
    if relation.keep is not None:
        counted = row_number([group_node(key) for key in keys], ordering)
        select.set("qualify", exp.Qualify(this=binary("<=", counted, number(relation.keep))))
    return stages.push(select)


def key_node(key: Column, other: Column) -> Node:
    """A key as both sides can compare it: as it is where kinds agree, else its canonical text."""
    comparable = key.type is other.type or (key.type.is_number and other.type.is_number)
    if comparable and key.type not in (Type.ANY, Type.LIST):
        return same(key)
    return as_text(Typed(same(key), key.type))
