"""Clauses → canonical text. How a few of them look depends on their command."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from lynxalert.lang import ast
from lynxalert.lang.printing import names
from lynxalert.lang.printing.expression import print_expression
from lynxalert.lang.printing.search import print_terms
from lynxalert.lang.quoting import quoted

TIGHT = (
    "-",
    "+",
    "$",
    "startswith",
    "endswith",
    "reset_before",
    "reset_after",
)  # stand right before what follows
WHERE = ("from", "join")  # commands whose condition stands behind the word `where`
TERMS_WHERE = ("tstats", "mstats", "inputlookup")


def print_clause(node: ast.Clause, command: str, query: Callable[[ast.Query], str]) -> str:
    """The canonical text of one clause of *command*; *query* prints a subsearch."""
    match node:
        case ast.Name():
            return names.name(node, quote="'" if command == "strcat" else '"')
        case ast.Option():
            return names.option(node)
        case ast.Number(value):
            return str(value)
        case ast.Text(value):
            return f"[{value}]" if command == "foreach" else quoted(value)
        case ast.Flag():
            return _flag(node)
        case ast.SortKey():
            return _sort_key(node)
        case ast.Aggregation():
            return _aggregation(node)
        case ast.Assignment(target, expression):
            return f"{names.target(target)}={print_expression(expression)}"
        case ast.Renaming(source, target):
            word = "with" if command == "replace" else "as"
            return f"{names.plain_name(source)} {word} {names.plain_name(target)}"
        case ast.By():
            return " ".join(["by", ", ".join(map(names.name, node.names)), *map(names.option, node.options)])
        case ast.Condition():
            return _condition(node, command)
        case ast.Terms(term):
            return _terms(print_terms(term, query), command)
        case ast.Source(sources, _, dataset):
            return ", ".join(f"${source.text}" if dataset else names.plain_name(source) for source in sources)
        case ast.Subsearch(inner):
            return f"[{query(inner)}]"
        case _:
            assert_never(node)


def _flag(node: ast.Flag) -> str:
    border = node.word in ("startswith", "endswith", "reset_before", "reset_after")
    return f"{node.word}=" if border else node.word


def _sort_key(node: ast.SortKey) -> str:
    name = names.name(node.name, names.SORT_KEYWORDS)
    if "(" in name and not name.startswith('"'):
        name = quoted(node.name.text)
    sign = "-" if node.descending else ""
    return f"{sign}{name}" if node.kind == "auto" else f"{sign}{node.kind}({name})"


def _aggregation(node: ast.Aggregation) -> str:
    if node.written is not None:
        return node.written
    text = node.function
    if node.argument is not None or node.width is not None:
        argument = (
            ""
            if node.argument is None
            else _argument(node.argument, nested=node.function.lower() == "sparkline")
        )
        width = "" if node.width is None else f", {node.width}"
        text = f"{node.function}({argument}{width})"
    return text if node.alias is None else f"{text} as {names.name(node.alias)}"


def _argument(node: ast.Name | ast.Expr, *, nested: bool) -> str:
    if isinstance(node, ast.Name):
        return names.plain_name(node)
    if nested and isinstance(node, ast.Call):
        inside = [_nested(argument) for argument in node.arguments]
        return f"{node.function}({', '.join(inside)})"
    return f"eval({print_expression(node)})"


def _nested(node: ast.Expr) -> str:
    if isinstance(node, ast.Field) and node.quoted:
        return names.plain_name(ast.Name(node.name, node.span))
    return f"eval({print_expression(node)})"


def _condition(node: ast.Condition, command: str) -> str:
    text = print_expression(node.expression)
    if command == "where":
        return text
    if command in WHERE:
        return f"where {text}"
    return f"eval({text})" if command == "transaction" else f"({text})"


def _terms(text: str, command: str) -> str:
    if command in TERMS_WHERE:
        return f"where {text}"
    return f"({text})" if command == "transaction" else text
