"""Search terms → canonical text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import assert_never

from lynxalert.lang import ast
from lynxalert.lang.printing import names
from lynxalert.lang.quoting import quoted

AND, OR, NOT, ATOM = range(4)
RESERVED = re.compile(r"AND|OR|NOT|(?i:in|by|groupby)")


def print_terms(node: ast.Term, query: Callable[[ast.Query], str]) -> str:
    """The canonical text of search terms; *query* prints a subsearch."""
    return _Printer(query).at(node, AND)


class _Printer:
    def __init__(self, query: Callable[[ast.Query], str]) -> None:
        self.query = query

    def at(self, node: ast.Term, least: int) -> str:
        text, level = self.text(node)
        return text if level >= least else f"({text})"

    def text(self, node: ast.Term) -> tuple[str, int]:
        match node:
            case ast.AllOf(()):
                return "()", ATOM
            case ast.AllOf(terms):
                # OR binds tighter than AND, which surprises many: brackets show it.
                return " ".join(self.at(term, NOT) for term in terms), AND
            case ast.AnyOf(terms):
                return " OR ".join(self.at(term, NOT) for term in terms), OR
            case ast.Not(term):
                return f"NOT {self.at(term, NOT)}", NOT
            case ast.Word():
                return _word(node), ATOM
            case ast.Comparison(field, operator, value):
                return f"{_field(field)}{operator}{names.value(value)}", ATOM
            case ast.Member(field, values):
                return f"{_field(field)} IN ({', '.join(map(names.value, values))})", ATOM
            case ast.SubsearchTerm(query, _, field, operator):
                compared = "" if field is None else f"{_field(field)}{operator}"
                return f"{compared}[{self.query(query)}]", ATOM
            case _:
                assert_never(node)


def _field(text: str) -> str:
    return text if names.BARE.fullmatch(text) and not RESERVED.fullmatch(text) else quoted(text)


def _word(node: ast.Word) -> str:
    pattern = node.pattern
    bare = not pattern.quoted and names.BARE.fullmatch(pattern.text) and not RESERVED.fullmatch(pattern.text)
    # A bare `a::b` would be the comparison `a=b`.
    shown = (
        pattern.text if bare and ("::" not in pattern.text or node.kind == "term") else quoted(pattern.text)
    )
    if node.kind == "term":
        return f"TERM({shown})"
    return f"CASE({shown})" if pattern.case else shown
