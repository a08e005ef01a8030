"""grammar/query.lark and grammar/commands.lark → stages, datasets, queries."""

from __future__ import annotations

import dataclasses
import functools
import operator
import re
from typing import Any

from lark import Token

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code, QueryError
from lynxalert.lang.productions.clauses import counted, named, searching
from lynxalert.lang.productions.expression import refuse, span_of
from lynxalert.lang.quoting import unquote
from lynxalert.lang.refused import unknown
from lynxalert.lang.text import Span

PRODUCTIONS = ("start", "query", "definition", "implied", "unnamed")
RANGE = re.compile(r"\d+[smhdwy]")  # `[5m]`
COMMAND = re.compile(r"[\w.:/@-]+")
# What people write `as` for where there is none.
AS_HELP = {"spath": "the result is named by `output=name`"}
AS_ELSE = "rename it before: `rename old as new`"
SILENT = ("COMMA", "LPAR", "RPAR", "EQUAL", "PIPE", "WHERE", "BY")


def stage(command: str, parts: list[Any]) -> ast.Stage:
    """A command with its clauses; lone tokens become clauses by their kind."""
    keyword, *rest = parts
    pieces: list[Any] = []
    for part in rest:
        pieces.extend(part if isinstance(part, list) else [part])
    name_span = span_of(keyword)
    ends = [span_of(piece) if isinstance(piece, Token) else piece.span for piece in pieces]
    span = functools.reduce(operator.or_, ends, name_span)
    if command in ("sort", "dedup"):
        pieces = _directed(pieces)
    clauses = [clause for piece in pieces if (clause := _clause(piece)) is not None]
    if command == "search" and not clauses:
        clauses = [ast.Terms(ast.AllOf((), name_span), name_span)]
    for clause in clauses:
        for name in clause.names if isinstance(clause, ast.By) else (clause,):
            if isinstance(name, ast.Name) and name.text.lower() == "as" and not name.quoted:
                raise refuse(
                    Code.SYNTAX, "`as` cannot give a name here", name.span, AS_HELP.get(command, AS_ELSE)
                )
    return ast.Stage(command, tuple(clauses), span, name_span)


def _directed(pieces: list[Any]) -> list[Any]:
    """Keys with their direction words: the only one, at the very end, turns the whole order round."""
    words = [index for index, piece in enumerate(pieces) if getattr(piece, "type", "") == "DIRECTION"]
    if words == [len(pieces) - 1]:
        return pieces if pieces[-1].lower().startswith("d") else pieces[:-1]
    directed = list(pieces)
    for index in words:
        key: ast.SortKey = pieces[index - 1]
        falling = pieces[index].lower().startswith("d") is not key.descending
        directed[index - 1] = dataclasses.replace(
            key, descending=falling, span=key.span | span_of(pieces[index])
        )
    return [piece for index, piece in enumerate(directed) if index not in words]


def _clause(piece: Any) -> ast.Clause | None:
    if not isinstance(piece, Token):
        clause: ast.Clause = piece
        return clause
    if piece.type in SILENT:
        return None
    if piece.type == "INT":
        return counted(piece)
    if piece.type == "STRING":
        return ast.Text(unquote(piece), span_of(piece))
    if piece.type == "TEMPLATE":
        return ast.Text(str(piece[1:-1]), Span((piece.start_pos or 0) + 1, (piece.end_pos or 0) - 1))
    if piece.type in ("NAME", "QUOTED"):
        return named(piece)
    if piece.type == "DIRECTION":
        return ast.Flag("desc", span_of(piece))
    return ast.Flag(piece.lower(), span_of(piece))


def implied(parts: list[Any]) -> ast.Stage:
    """Search terms where a query begins: the command `search` without its name."""
    terms = searching(parts)
    return ast.Stage("search", (terms,), terms.span, Span(terms.span.start, terms.span.start))


def unnamed(parts: list[Any]) -> ast.Stage:
    """The same inside brackets: a bare word there was meant as a command."""
    first = parts[0]
    while isinstance(first, ast.AllOf | ast.AnyOf) and first.terms:
        first = first.terms[0]
    if isinstance(first, ast.Word) and COMMAND.fullmatch(first.pattern.text) and not first.pattern.quoted:
        wrong = unknown(first.pattern.text, first.span)
        if wrong.code is Code.UNKNOWN_COMMAND and RANGE.fullmatch(first.pattern.text):
            text = "a range in brackets is of another language: the window of the alert, or earliest, says how far back"
            wrong = dataclasses.replace(wrong, help=text)
        elif wrong.code is Code.UNKNOWN_COMMAND and wrong.help is None:
            help_text = f"inside brackets a command comes first: `search {first.pattern.text} …`"
            wrong = dataclasses.replace(wrong, help=help_text)
        raise QueryError("", [wrong])
    return implied(parts)


def query(parts: list[Any]) -> ast.Query:
    """Stages in order; the parser fills in the text."""
    stages = tuple(part for part in parts if isinstance(part, ast.Stage))
    return ast.Query(stages, "", stages[0].span | stages[-1].span)


def definition(parts: list[Any]) -> ast.Dataset:
    """`$name = query;`."""
    name, _, inside, end = parts
    return ast.Dataset(str(name[1:]), inside, span_of(name) | span_of(end))


def start(parts: list[Any]) -> tuple[tuple[ast.Dataset, ...], ast.Query]:
    """Datasets, and the query that uses them."""
    return tuple(parts[:-1]), parts[-1]
