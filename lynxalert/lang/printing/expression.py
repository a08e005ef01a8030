"""Expressions → canonical text, with the fewest brackets that keep their meaning."""

from __future__ import annotations

from typing import assert_never

from lynxalert.lang import ast
from lynxalert.lang.printing import names
from lynxalert.lang.quoting import quoted

# How tightly a node holds together, loosest first: the order of grammar/expression.lark.
COALESCE, XOR, OR, AND, NOT, COMPARISON, JOIN, SUM, PRODUCT, SIGN, ATOM = range(11)
LOGICAL = {"XOR": XOR, "OR": OR, "AND": AND}
BINARY = {"??": COALESCE, ".": JOIN, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT}
ASSOCIATIVE = ("??", ".")


def print_expression(node: ast.Expr) -> str:
    """The canonical text of an expression; `parse` reads it back as the same tree."""
    return _at(node, COALESCE)


def _at(node: ast.Expr, least: int) -> str:
    text, level = _text(node)
    return text if level >= least else f"({text})"


def _text(node: ast.Expr) -> tuple[str, int]:
    match node:
        case ast.Field(name):
            return names.field(name), ATOM
        case ast.Literal(value):
            return _literal(value), ATOM
        case ast.Call(function, arguments):
            return f"{function}({_list(arguments)})", ATOM
        case ast.Unary("NOT", operand):
            return f"NOT {_at(operand, NOT)}", NOT
        case ast.Unary(operator, operand):
            return f"{operator}{_at(operand, SIGN)}", SIGN
        case ast.Binary():
            return _binary(node)
        case ast.Logical(operator, operands):
            level = LOGICAL[operator]
            return f" {operator} ".join(_at(operand, level + 1) for operand in operands), level
        case ast.In(operand, choices):
            return f"{_at(operand, JOIN)} IN ({_list(choices)})", COMPARISON
        case ast.Between(operand, low, high):
            return f"{_at(operand, JOIN)} BETWEEN {_at(low, JOIN)} AND {_at(high, JOIN)}", COMPARISON
        case ast.IsNull(operand, negated):
            return f"{_at(operand, JOIN)} IS {'NOT ' if negated else ''}NULL", COMPARISON
        case ast.Subquery(query):
            from lynxalert.lang.printer import print_query

            return f"[{print_query(query)}]", ATOM
        case _:
            assert_never(node)


def _binary(node: ast.Binary) -> tuple[str, int]:
    level = BINARY.get(node.operator, COMPARISON)
    if level == COMPARISON:
        left, right = JOIN, JOIN
    else:
        # `a . (b . c)` means the same without brackets; `a - (b - c)` does not.
        left, right = level, level if node.operator in ASSOCIATIVE else level + 1
    return f"{_at(node.left, left)} {node.operator} {_at(node.right, right)}", level


def _list(nodes: tuple[ast.Expr, ...]) -> str:
    return ", ".join(print_expression(node) for node in nodes)


def _literal(value: ast.Scalar) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case int() | float():
            return repr(value)
        case _:
            assert_never(value)
