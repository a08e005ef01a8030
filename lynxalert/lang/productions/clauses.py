"""grammar/clauses.lark → clauses."""

from __future__ import annotations

from typing import Any

from lark import Token

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code
from lynxalert.lang.productions.expression import LONGEST_INTEGER, refuse, span_of
from lynxalert.lang.quoting import unquote
from lynxalert.lang.text import Span

PRODUCTIONS = (
    "name", "option", "by", "condition", "assignment", "renamable",
    "renaming", "binned", "matched", "over", "sort_key", "sources", "source", "joined_source", "subsearch", "searching", "matching",
    "counting", "model", "border", "reset", "returned", "ranked", "bare",
)  # fmt: skip
KINDS = ("auto", "num", "str", "ip")
QUOTES = ("STRING", "QUOTED")


def named(token: Token) -> ast.Name:
    """A token as a name."""
    if token.type in QUOTES:
        return ast.Name(unquote(token), span_of(token), quoted=True)
    return ast.Name(str(token), span_of(token))


def name(parts: list[Any]) -> ast.Name:
    """`a.b`, `"a b"`, `'a b'`, `count(x)`."""
    return named(parts[0])


def option(parts: list[Any]) -> ast.Option:
    """`name=value`."""
    key, *_, value = parts
    quoted = value.type in QUOTES
    text = unquote(value) if quoted else str(value)
    return ast.Option(str(key), text, span_of(key) | span_of(value), span_of(value), quoted)


def model(parts: list[Any]) -> ast.Option:
    """`datamodel="Endpoint"."Processes"`: one value with a dot."""
    key, *_, first, _, second = parts
    text = f"{unquote(first)}.{unquote(second)}"
    value_span = span_of(first) | span_of(second)
    return ast.Option(str(key), text, span_of(key) | value_span, value_span, quoted=True)


def by(parts: list[Any]) -> ast.By:
    """`by a, b span=1h`."""
    word, *keys = parts
    return ast.By(
        tuple(key for key in keys if isinstance(key, ast.Name)),
        span_of(word) | keys[-1].span,
        tuple(key for key in keys if isinstance(key, ast.Option)),
    )


def condition(parts: list[Any]) -> ast.Condition:
    """An expression as a clause."""
    return ast.Condition(parts[0], parts[0].span)


def bare(parts: list[Any]) -> ast.Text:
    """A regular expression without quotes: all up to the pipe, and every backslash its own."""
    (token,) = parts
    text = str(token).rstrip()
    return ast.Text(text, Span(token.start_pos or 0, (token.start_pos or 0) + len(text)))


def ranked(parts: list[Any]) -> ast.Option:
    """`where max in top5` of a chart, as the option `where`."""
    (token,) = parts
    value = str(token)[len("where") :].strip()
    end = token.end_pos
    return ast.Option("where", value, span_of(token), Span(end - len(value), end))


def assignment(parts: list[Any]) -> ast.Assignment:
    """`target = expression`."""
    target, _, expression = parts
    return ast.Assignment(named(target), expression, span_of(target) | expression.span)


def renaming(parts: list[Any]) -> ast.Renaming:
    """`a as b`, `a with b`."""
    source, target = parts
    return ast.Renaming(named(source), named(target), span_of(source) | span_of(target))


def renamable(parts: list[Any]) -> ast.Name | ast.Renaming:
    """`a`, `a as b`."""
    return renaming(parts) if len(parts) == 2 else named(parts[0])


def binned(parts: list[Any]) -> list[ast.Clause]:
    """The clauses of bin; the name of the result, wherever it stands, joins its field."""
    alias = [part for part in parts if isinstance(part, ast.Name)]
    clauses = [named(part) if isinstance(part, Token) else part for part in parts if part not in alias]
    if alias:
        for index, clause in enumerate(clauses):
            if isinstance(clause, ast.Name):
                clauses[index] = ast.Renaming(clause, alias[-1], clause.span | alias[-1].span)
                break
    return clauses


def matched(parts: list[Any]) -> list[ast.Clause]:
    """`field=` or `field!=` of regex."""
    field, sign = parts
    return [named(field), ast.Flag("!=" if sign == "!=" else "=", span_of(sign))]


def over(parts: list[Any]) -> list[ast.Clause]:
    """`over x`."""
    return [ast.Flag("over", span_of(parts[0])), named(parts[1])]


def sort_key(parts: list[Any]) -> list[Any]:
    """`-a`, `num(a)`, `a desc`; a direction word follows the key as a flag."""
    span = span_of(parts[0]) | span_of(parts[-1])
    direction = parts.pop() if parts[-1].type == "DIRECTION" else None
    descending = parts[0] == "-"
    kind = "auto"
    field = parts[-1]
    if field.type == "RPAR":
        field, function = parts[-2], parts[-4]
        kind = function.lower()
        if kind not in KINDS:
            raise refuse(
                Code.SYNTAX,
                f"`{function}` is no way to sort",
                span_of(function),
                "one of auto(…), num(…), str(…), ip(…)",
            )
    key = ast.SortKey(named(field), descending, span, kind)
    return [key] if direction is None else [key, direction]


def source(parts: list[Any]) -> ast.Name | Token:
    """One of the names after `from`: an index, `kind:"name"`, or a dataset (left a token)."""
    if len(parts) == 2:
        kind, text = parts
        return ast.Name(kind + unquote(text), span_of(kind) | span_of(text), quoted=True)
    return parts[0] if parts[0].type == "DATASET" else named(parts[0])


def dataset(token: Token) -> ast.Name:
    """`$x` as the name x."""
    return ast.Name(token[1:], span_of(token))


def sources(parts: list[Any]) -> ast.Source:
    """`a, b*` or `$x`."""
    marks = [isinstance(part, Token) for part in parts]
    if any(marks) and not all(marks):
        raise refuse(
            Code.SYNTAX,
            "`from` takes indexes or datasets, not both at once",
            span_of(parts[marks.index(True)]),
            "`union main, $x` puts them together",
        )
    names = tuple(dataset(part) if isinstance(part, Token) else part for part in parts)
    return ast.Source(names, names[0].span | names[-1].span, dataset=any(marks))


def joined_source(parts: list[Any]) -> ast.Clause:
    """One of the things `union` puts together."""
    if len(parts) == 3:
        return subsearch(parts)
    if parts[0].type == "DATASET":
        return ast.Source((dataset(parts[0]),), span_of(parts[0]), dataset=True)
    return named(parts[0])


def subsearch(parts: list[Any]) -> ast.Subsearch:
    """`[ … ]`."""
    opening, query, closing = parts
    return ast.Subsearch(query, span_of(opening) | span_of(closing))


def searching(parts: list[Any]) -> ast.Terms:
    """Search terms as a clause."""
    return ast.Terms(parts[0], parts[0].span)


matching = counting = searching


def border(parts: list[Any]) -> list[ast.Clause]:
    """`startswith=eval(…)`, `startswith=(…)`."""
    key, *_, inside, _ = parts
    flag = ast.Flag(key.lower(), span_of(key))
    if isinstance(inside, ast.Term):
        return [flag, ast.Terms(inside, inside.span)]
    return [flag, ast.Condition(inside, inside.span)]


reset = border


def returned(parts: list[Any]) -> list[ast.Clause]:
    """`$x` of return."""
    (token,) = parts
    start = token.start_pos
    return [ast.Flag("$", Span(start, start + 1)), ast.Name(token[1:], Span(start + 1, token.end_pos))]


def counted(token: Token) -> ast.Number:
    """A bare number."""
    if len(token) > LONGEST_INTEGER:
        raise refuse(Code.TOO_LARGE, "this number is beyond what can be counted", span_of(token))
    return ast.Number(int(token), span_of(token))
