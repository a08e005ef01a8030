"""grammar/expression.lark → expressions."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from lark import Token

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError
from lynxalert.lang.quoting import unquote
from lynxalert.lang.text import Span

PRODUCTIONS = (
    "coalesce", "xor", "either", "both", "unary", "binary", "not_like", "member", "between", "is_null",
    "concatenation", "chain", "field", "text", "number", "call", "grouped", "subquery",
)  # fmt: skip
CONSTANTS: dict[str, ast.Scalar] = {"true": True, "false": False, "null": None}
LONGEST_INTEGER = 18  # digits that surely fit 64 bits; longer numbers are floats


def span_of(token: Token) -> Span:
    """Where *token* stands."""
    return Span(token.start_pos or 0, token.end_pos or 0)


def refuse(code: Code, message: str, span: Span, help_text: str | None = None) -> QueryError:
    """An error to raise inside a production; the parser adds the text of the query."""
    return QueryError("", [Diagnostic(code, message, span, help_text)])


def coalesce(parts: list[Any]) -> ast.Expr:
    """`a ?? b ?? c`."""
    return _balanced("??", parts[::2])


def concatenation(parts: list[Any]) -> ast.Expr:
    """`a . b . c`."""
    return _balanced(".", parts[::2])


def _balanced(operator: str, operands: list[ast.Expr]) -> ast.Expr:
    # Both operators are associative: a shallow tree keeps a thousand operands away from every recursion.
    while len(operands) > 1:
        paired: list[ast.Expr] = [
            ast.Binary(operator, left, right, left.span | right.span)
            for left, right in zip(operands[::2], operands[1::2], strict=False)
        ]
        operands = [*paired, operands[-1]] if len(operands) % 2 else paired
    return operands[0]


def _logical(operator: str, parts: list[ast.Expr]) -> ast.Expr:
    return ast.Logical(operator, tuple(parts), parts[0].span | parts[-1].span)


def xor(parts: list[Any]) -> ast.Expr:
    """`a XOR b`."""
    return _logical("XOR", parts)


def either(parts: list[Any]) -> ast.Expr:
    """`a OR b`."""
    return _logical("OR", parts)


def both(parts: list[Any]) -> ast.Expr:
    """`a AND b`."""
    return _logical("AND", parts)


def unary(parts: list[Any]) -> ast.Expr:
    """`-a`, `+a`, `NOT a`, `!a`."""
    sign, operand = parts
    operator = str(sign) if sign in ("-", "+") else "NOT"
    return ast.Unary(operator, operand, span_of(sign) | operand.span)


def binary(parts: list[Any]) -> ast.Expr:
    """`a = b`, `a LIKE b`."""
    left, operator, right = parts
    word = "=" if operator == "==" else operator.upper()
    return ast.Binary(word, left, right, left.span | right.span)


def chain(parts: list[Any]) -> ast.Expr:
    """`a + b - c`, from the left."""
    result: ast.Expr = parts[0]
    for operator, right in zip(parts[1::2], parts[2::2], strict=True):
        result = ast.Binary(str(operator), result, right, result.span | right.span)
    return result


def _negated(node: ast.Expr) -> ast.Expr:
    return ast.Unary("NOT", node, node.span)


def not_like(parts: list[Any]) -> ast.Expr:
    """`a NOT LIKE b`."""
    left, _, operator, right = parts
    return _negated(binary([left, operator, right]))


def member(parts: list[Any]) -> ast.Expr:
    """`a IN (b, c)`, `a NOT IN (b)`."""
    tokens = [part for part in parts if isinstance(part, Token)]
    operand, *choices = (part for part in parts if not isinstance(part, Token))
    node = ast.In(operand, tuple(choices), operand.span | span_of(tokens[-1]))
    return _negated(node) if tokens[0].type == "NOT" else node


def between(parts: list[Any]) -> ast.Expr:
    """`a BETWEEN b AND c`, `a NOT BETWEEN b AND c`."""
    operand, *_, low, high = parts
    node = ast.Between(operand, low, high, operand.span | high.span)
    return _negated(node) if isinstance(parts[1], Token) else node


def is_null(parts: list[Any]) -> ast.Expr:
    """`a IS NULL`, `a IS NOT NULL`."""
    return ast.IsNull(parts[0], len(parts) == 3, parts[0].span | span_of(parts[-1]))


def field(parts: list[Any]) -> ast.Expr:
    """`a.b`, `'a b'`; also the bare words true, false and null."""
    (token,) = parts
    if token.type == "QUOTED":
        return ast.Field(unquote(token), span_of(token), quoted=True)
    if token.lower() in CONSTANTS:
        return ast.Literal(CONSTANTS[token.lower()], span_of(token))
    return ast.Field(str(token), span_of(token))


def text(parts: list[Any]) -> ast.Expr:
    """`"a text"`."""
    return ast.Literal(unquote(parts[0]), span_of(parts[0]))


def number(parts: list[Any]) -> ast.Expr:
    """`5`, `.5`, `1e3`."""
    (token,) = parts
    return ast.Literal(value_of(token), span_of(token))


def value_of(token: Token) -> int | float:
    """A number as written; whole unless it has a point, an exponent or more digits than 64 bits hold."""
    if token.isdigit() and len(token) <= LONGEST_INTEGER:
        return int(token)
    value = float(token)
    if math.isinf(value):
        raise refuse(Code.TOO_LARGE, "this number is beyond what a number can hold", span_of(token))
    return value


def call(parts: list[Any]) -> ast.Expr:
    """`name(a, b)`."""
    name, _, *arguments, close = parts
    return ast.Call(str(name), tuple(arguments), span_of(name) | span_of(close), span_of(name))


def grouped(parts: list[Any]) -> ast.Expr:
    """`(a)`: no node of its own, only a wider place."""
    opening, inner, closing = parts
    node: ast.Expr = dataclasses.replace(inner, span=span_of(opening) | span_of(closing))
    return node


def subquery(parts: list[Any]) -> ast.Expr:
    """`[search … | return $x]` as a value."""
    opening, query, closing = parts
    return ast.Subquery(query, span_of(opening) | span_of(closing))
