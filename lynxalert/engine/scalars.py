"""Scalar → SQL node: arguments converted to what each function takes, large shared pieces named once."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from lynxalert.functions.coerce import Typed, as_boolean, as_list, as_number, as_text
from lynxalert.functions.nodes import Node, boolean, cast, column, lambda_, let, null, number, text
from lynxalert.plan import Type
from lynxalert.plan.function import Function, Takes
from lynxalert.plan.scalar import ColumnRef, Constant, ForEach, Invoke, Scalar
from lynxalert.plan.schema import Column

# Coercions name their operand several times; beyond this size an operand is computed once, in a stage of its own.
HOIST_ABOVE = 40


def name_of(column_: Column) -> str:
    """The SQL name of a column: user names never reach the engine, which would ignore their case."""
    return f"c{column_.id}"


class ScalarRenderer:
    """Renders the scalars of one stage. *hoist* names a node and answers how to refer to it afterwards."""

    def __init__(self, hoist: Callable[[Node], Node]) -> None:
        self.hoist = hoist

    def render(self, scalar: Scalar) -> Typed:
        """*scalar* as a node with its type."""
        match scalar:
            case ColumnRef(column_):
                return Typed(column(name_of(column_)), column_.type)
            case Constant(value, type_):
                return Typed(literal(value), type_, value)
            case Invoke(function, arguments, type_):
                rendered = [self.small(self.render(argument)) for argument in arguments]
                return Typed(invoke(function, rendered), type_)
            case ForEach():
                return self._for_each(scalar)
            case _:
                assert_never(scalar)

    def condition(self, scalar: Scalar) -> Node:
        """*scalar* as a predicate."""
        return as_boolean(self.render(scalar))

    def _for_each(self, each: ForEach) -> Typed:
        """A lambda over the values; what is large in its body is named inside it, where the value is known."""
        whole = as_list(self.small(self.render(each.values)))
        element = name_of(each.element)
        named: list[tuple[str, Node]] = []

        def hoist(node: Node) -> Node:
            named.append((f"{element}v{len(named)}", node))
            return column(named[-1][0])

        inner = ScalarRenderer(hoist)
        body = inner.small(inner.render(each.body))

        def closed(node: Node) -> Node:
            for name, value in reversed(named):
                node = let(name, value, node)
            return lambda_(element, node)

        result: Node = each.function.sql(whole, body, closed)
        return Typed(result, each.type)

    def small(self, value: Typed) -> Typed:
        """*value*, under a name of its own when it is too large to be repeated."""
        if value.is_literal or value.type is Type.BOOLEAN or not _is_large(value.node):
            return value
        return Typed(self.hoist(value.node), value.type)


def _is_large(node: Node) -> bool:
    return any(count >= HOIST_ABOVE for count, _ in enumerate(node.walk()))


def literal(value: object) -> Node:
    """A constant as a literal node."""
    match value:
        case None:
            return cast(null(), "VARCHAR")
        case bool():
            return boolean(value=value)
        case int() | float():
            return number(value)
        case _:
            return text(str(value))


def invoke(function: Function, arguments: list[Typed]) -> Node:
    """The SQL of a call, each argument as its parameter takes it."""
    parameters = list(function.takes)
    while len(parameters) < len(arguments) and any(parameter.many for parameter in parameters):
        parameters.append(parameters[-1])
    nodes: list[Node | Typed] = [
        convert(argument, parameter.takes) for argument, parameter in zip(arguments, parameters, strict=False)
    ]
    if function.zoned:
        nodes.append(arguments[-1].node)
    result: Node = function.sql(*nodes)
    return result


def convert(value: Typed, takes: Takes) -> Node | Typed:
    """*value* as a parameter of kind *takes* wants it."""
    match takes:
        case Takes.TEXT:
            return as_text(value)
        case Takes.NUMBER:
            return as_number(value)
        case Takes.BOOLEAN:
            return as_boolean(value)
        case Takes.LIST:
            return as_list(value)
        case Takes.VALUE:
            return value
        case _:
            assert_never(takes)
