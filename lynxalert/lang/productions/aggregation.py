"""The aggregations of grammar/clauses.lark → aggregations."""

from __future__ import annotations

from typing import Any

from lark import Token

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code
from lynxalert.lang.productions.clauses import named
from lynxalert.lang.productions.expression import refuse, span_of

PRODUCTIONS = ("aggregation", "bare_aggregation", "inner")


def inner(parts: list[Any]) -> ast.Expr:
    """`eval(expression)` inside an aggregation: the expression."""
    expression: ast.Expr = parts[-1]
    return expression


def aggregation(parts: list[Any]) -> ast.Aggregation:
    """`avg(x) as y`, `count(eval(x>1))`, `sparkline(avg(x), 1h)`."""
    close = next(index for index, part in enumerate(parts) if getattr(part, "type", "") == "RPAR")
    function, _, *arguments = parts[:close]
    alias = named(parts[-1]) if close < len(parts) - 1 else None
    span = span_of(function) | span_of(parts[-1])
    if function.lower() != "sparkline":
        _refuse_nested(function, arguments)
    argument, width = [*arguments, None, None][:2]
    return ast.Aggregation(
        str(function),
        _argument(argument),
        alias,
        span,
        span_of(function),
        None if width is None else str(width),
    )


PERCENTILES = ("percentile", "percentile_cont", "quantile")  # elsewhere, where they take the share as well


def _refuse_nested(function: Token, arguments: list[Any]) -> None:
    if any(isinstance(argument, ast.Aggregation) for argument in arguments):
        inner_name = arguments[0].function
        raise refuse(
            Code.SYNTAX,
            f"`{function}` cannot stand around an aggregation",
            span_of(function),
            f"aggregate first, then calculate: `… {inner_name}(…) as x | eval y={function}(x)`",
        )
    if len(arguments) > 1:
        help_text = "the 95th percentile is `perc95(field)`" if function.lower() in PERCENTILES else None
        raise refuse(
            Code.SYNTAX, f"`{function}` takes one field or `eval(…)`", span_of(arguments[1]), help_text
        )


def _argument(argument: Token | ast.Aggregation | ast.Expr | None) -> ast.Name | ast.Expr | None:
    if isinstance(argument, Token):
        return named(argument)
    if not isinstance(argument, ast.Aggregation):
        return argument
    inside = argument.argument
    if isinstance(inside, ast.Name):
        inside = ast.Field(inside.text, inside.span, quoted=True)
    return ast.Call(argument.function, () if inside is None else (inside,), argument.span, argument.name_span)


def bare_aggregation(parts: list[Any]) -> ast.Aggregation:
    """`count`, `count as n`."""
    function, *alias = parts
    span = span_of(function)
    return ast.Aggregation(
        str(function), None, named(alias[0]) if alias else None, span | span_of(parts[-1]), span
    )
