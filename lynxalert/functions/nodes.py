"""SQL nodes, built directly: quoted names, literal values, parentheses where an operand needs them.

sqlglot adds no parentheses by itself, so every compound operand goes through `operand`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlglot import exp

Node: TypeAlias = exp.Expr

NULL = exp.Null()
COMPOUND = (
    exp.Binary,
    exp.Connector,
    exp.Not,
    exp.Neg,
    exp.Between,
    exp.In,
    exp.Is,
    exp.Escape,
    exp.Case,
    exp.Lambda,
)


def null() -> Node:
    """NULL."""
    return exp.Null()


def text(value: str) -> Node:
    """A text literal. NUL cannot stand in SQL text, so it is spelled chr(0)."""
    if "\0" not in value:
        return exp.Literal.string(value)
    parts: list[Node] = []
    for piece in value.split("\0"):
        parts += [exp.Literal.string(piece), call("chr", number(0))]
    return call("concat", *parts[:-1])


def number(value: float) -> Node:
    """A number literal: whole numbers as BIGINT, others as DOUBLE."""
    if isinstance(value, int):
        return (
            exp.Literal.number(value)
            if value >= 0
            else exp.Paren(this=exp.Neg(this=exp.Literal.number(-value)))
        )
    if not math.isfinite(value):
        return null()
    return cast(exp.Literal.string(repr(value)), "DOUBLE")


def boolean(value: bool) -> Node:  # noqa: FBT001 - a value, not a switch
    """TRUE or FALSE."""
    return exp.Boolean(this=value)


def identifier(name: str) -> exp.Identifier:
    """A quoted name."""
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> Node:
    """A quoted column."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def parameter(name: str) -> Node:
    """`$name`, bound when the query runs."""
    return exp.Placeholder(this=name)


def call(name: str, *arguments: Node) -> Node:
    """`name(arguments)`: DuckDB's own function, its arguments untouched."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(node: Node, type_: str) -> Node:
    """CAST(node AS type)."""
    return exp.Cast(this=node, to=exp.DataType.build(type_, dialect="duckdb"))


def try_cast(node: Node, type_: str) -> Node:
    """TRY_CAST(node AS type): NULL where it cannot."""
    return exp.TryCast(this=node, to=exp.DataType.build(type_, dialect="duckdb"))


def operand(node: Node) -> Node:
    """*node* as an operand: in parentheses when it is compound."""
    return exp.Paren(this=node) if isinstance(node, COMPOUND) else node


BINARY: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "%": exp.Mod,
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "||": exp.DPipe,
    "->": exp.JSONExtract,
}


def binary(operator: str, left: Node, right: Node) -> Node:
    """`left operator right`."""
    return BINARY[operator](this=operand(left), expression=operand(right))


def every(nodes: Sequence[Node]) -> Node:
    """All of *nodes*, as a balanced tree, so that a thousand of them are ten deep."""
    return _balanced(exp.And, nodes, exp.true())


def conjuncts(node: Node) -> Iterator[Node]:
    """What must all be true for *node* to be."""
    if isinstance(node, exp.Paren):
        yield from conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    else:
        yield node


def some(nodes: Sequence[Node]) -> Node:
    """Any of *nodes*, as a balanced tree."""
    return _balanced(exp.Or, nodes, exp.false())


def _balanced(kind: type[exp.Connector], nodes: Sequence[Node], empty: Node) -> Node:
    if not nodes:
        return empty
    if len(nodes) == 1:
        return nodes[0]
    middle = len(nodes) // 2
    left, right = _balanced(kind, nodes[:middle], empty), _balanced(kind, nodes[middle:], empty)
    return kind(this=operand(left), expression=operand(right))


def negate(node: Node) -> Node:
    """NOT node."""
    return exp.Not(this=operand(node))


def is_null(node: Node) -> Node:
    """`node IS NULL`."""
    return exp.Is(this=operand(node), expression=exp.Null())


def is_present(node: Node) -> Node:
    """`node IS NOT NULL`."""
    return exp.Not(this=exp.Paren(this=is_null(node)))


def case(*branches: tuple[Node, Node], default: Node | None = None) -> Node:
    """CASE WHEN … THEN … ELSE default END."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=default if default is not None else exp.Null())


def coalesce(*nodes: Node) -> Node:
    """The first that is not NULL."""
    return exp.Coalesce(this=nodes[0], expressions=list(nodes[1:]))


def within(node: Node, choices: Sequence[Node]) -> Node:
    """`node IN (choices)`."""
    return exp.In(this=operand(node), expressions=list(choices))


def array(*nodes: Node) -> Node:
    """`[nodes]`."""
    return exp.Array(expressions=list(nodes))


def lambda_(name: str, body: Node) -> Node:
    """`LAMBDA name: body`; the body reads the argument as `column(name)`."""
    return exp.Lambda(this=body, expressions=[identifier(name)])


def let(name: str, value: Node, body: Node) -> Node:
    """*body*, in which `column(name)` stands for *value*: a list of one value, transformed."""
    return call("list_extract", call("list_transform", array(value), lambda_(name, body)), number(1))


def ilike(node: Node, pattern: str) -> Node:
    r"""`node ILIKE pattern`, with `ESCAPE '\'` only where something is escaped: the engine is faster without."""
    plain = exp.ILike(this=operand(node), expression=text(pattern))
    return exp.Escape(this=plain, expression=text("\\")) if "\\" in pattern else plain


def like(node: Node, pattern: Node) -> Node:
    r"""`node LIKE pattern ESCAPE '\'`."""
    return exp.Escape(this=exp.Like(this=operand(node), expression=operand(pattern)), expression=text("\\"))


def like_pattern(value: str) -> str:
    """A search value with `*` wildcards as a LIKE pattern, everything else literal."""
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def literal_value(node: Node) -> str | None:
    """The text of a text literal, else nothing."""
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def literal_number(node: Node) -> float | None:
    """The value of a literal of `number`, if *node* is a DOUBLE, else nothing."""
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.to.is_type("double"):
        return float(node.this.this)
    return None
