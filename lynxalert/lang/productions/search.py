"""grammar/search.lark → search terms."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from lark import Token

from lynxalert.lang import ast
from lynxalert.lang.productions.expression import span_of
from lynxalert.lang.quoting import unescape, unquote

PRODUCTIONS = (
    "all_of", "any_of", "opposite", "word", "comparison", "joined", "among", "group", "everything", "subsearch_term", "compared",
)  # fmt: skip
FUNCTION = re.compile(r"(TERM|CASE)\(\s*(.*?)\s*\)", re.DOTALL)
INDEXED = re.compile(r"([A-Za-z_][\w.{}@/-]*)::(.+)", re.DOTALL)
ADDRESS = re.compile(r"[0-9A-Fa-f:.]*::[0-9A-Fa-f:.]*(?:/\d+)?")  # fe80::1 is no field `fe80`


def all_of(parts: list[Any]) -> ast.Term:
    """`a b`, `a AND b`."""
    return ast.AllOf(tuple(parts), parts[0].span | parts[-1].span)


def any_of(parts: list[Any]) -> ast.Term:
    """`a OR b`."""
    return ast.AnyOf(tuple(parts), parts[0].span | parts[-1].span)


def opposite(parts: list[Any]) -> ast.Term:
    """`NOT a`."""
    return ast.Not(parts[1], span_of(parts[0]) | parts[1].span)


def pattern(token: Token) -> ast.Pattern:
    """A value: bare, quoted, or inside CASE(…) or TERM(…)."""
    text, case = str(token), token.type == "CASE"
    if token.type in ("CASE", "TERM"):
        match = FUNCTION.fullmatch(text)
        assert match is not None
        text = match[2]
    if text[:1] == '"' and len(text) > 1:
        return ast.Pattern(unquote(text), span_of(token), quoted=True, case=case)
    return ast.Pattern(unescape(text), span_of(token), case=case)


def word(parts: list[Any]) -> ast.Term:
    """`error`, `"a phrase"`, `TERM(x)`, `CASE(x)`, and `field::value` written as one word."""
    (token,) = parts
    if token.type.endswith("WORD") and "::" in token and not ADDRESS.fullmatch(token):
        match = INDEXED.fullmatch(token)
        if match is not None:
            name = Token("NAME", match[1], token.start_pos, end_pos=token.start_pos + match.end(1))
            value = Token("PLAIN", match[2], token.start_pos + match.start(2), end_pos=token.end_pos)
            return _compared(name, "=", value)
    kind = "term" if token.type == "TERM" else "token"
    return ast.Word(pattern(token), span_of(token), kind)


def _compared(name: Token, operator: str, value: Token) -> ast.Term:
    field = unquote(name) if name.type == "STRING" else str(name)
    return ast.Comparison(field, operator, pattern(value), span_of(name) | span_of(value), span_of(name))


def comparison(parts: list[Any]) -> ast.Term:
    """`field=value`, `"a field">=5`."""
    name, operator, value = parts
    return _compared(name, "=" if operator == "==" else str(operator), value)


def joined(parts: list[Any]) -> ast.Term:
    """`field::"a value"`."""
    name, value = parts
    return _compared(Token("NAME", name[:-2], name.start_pos, end_pos=name.end_pos - 2), "=", value)


def among(parts: list[Any]) -> ast.Term:
    """`field IN (a, "b c", 4*)`, `field NOT IN (…)`."""
    name, keyword, _, *values, close = parts
    node = ast.Member(
        unquote(name) if name.type == "STRING" else str(name),
        tuple(pattern(value) for value in values),
        span_of(name) | span_of(close),
        span_of(name),
    )
    return ast.Not(node, node.span) if len(keyword) > len("in") else node


def group(parts: list[Any]) -> ast.Term:
    """`(a)`: no node of its own, only a wider place."""
    opening, inner, closing = parts
    node: ast.Term = dataclasses.replace(inner, span=span_of(opening) | span_of(closing))
    return node


def everything(parts: list[Any]) -> ast.Term:
    """`()`: no condition at all."""
    return ast.AllOf((), span_of(parts[0]) | span_of(parts[1]))


def subsearch_term(parts: list[Any]) -> ast.Term:
    """`[search …]`."""
    opening, query, closing = parts
    return ast.SubsearchTerm(query, span_of(opening) | span_of(closing))


def compared(parts: list[Any]) -> ast.Term:
    """`field=[search … | return $x]`."""
    name, operator, _, query, closing = parts
    field = unquote(name) if name.type == "STRING" else str(name)
    sign = "=" if operator == "==" else str(operator)
    return ast.SubsearchTerm(query, span_of(name) | span_of(closing), field, sign)
