"""Text → Query: expands the source, drives the LALR parser token by token, and turns its refusals into diagnostics."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from lark import Token, UnexpectedCharacters, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from lynxalert.lang import ast, mistakes, nesting, tables
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError
from lynxalert.lang.macros import Macros
from lynxalert.lang.source import Source, expand
from lynxalert.lang.text import Span

FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def parse(text: str, macros: Mapping[str, object] | None = None) -> ast.Query:
    """The query that *text* says.

    *macros* maps a name (`errors`, `by_host(field)`, `errors(2)`) to `{"arguments": […], "definition": "…"}` or
    to the definition alone.

    Raises:
        QueryError: any mistake in the text, with its place in *text*.
    """
    try:
        _refuse_characters(text)
        source = expand(text, Macros(macros))
        deep = nesting.check_text(source.expanded)
        if deep is not None:
            place = source.span(deep.start, deep.end)
            raise QueryError(text, [Diagnostic(Code.NESTING, nesting.MESSAGE, place, nesting.HELP)])
        datasets, query = _tree(source)
        whole = dataclasses.replace(query, source=text, datasets=datasets)
        if len(text) > nesting.DEEPEST:
            nesting.check_tree(whole)
    except QueryError as error:
        raise QueryError(text, error.diagnostics) from error.__cause__
    return whole


def _refuse_characters(text: str) -> None:
    match = FORBIDDEN.search(text)
    if match is not None:
        name = f"U+{ord(match[0]):04X}"
        raise QueryError(
            text,
            [Diagnostic(Code.SYNTAX, f"the character {name} cannot stand in a query", Span(*match.span()))],
        )


def _tree(source: Source) -> tuple[tuple[ast.Dataset, ...], ast.Query]:
    parsing: InteractiveParser = tables.tables().parse_interactive(source.expanded)
    state = parsing.parser_state
    moved = bool(source.starts)
    result: Any = None
    try:
        for token in parsing.lexer_thread.lex(state):
            if moved:
                place = source.span(token.start_pos, token.end_pos)
                token.start_pos, token.end_pos = place.start, place.end
            state.feed_token(token)
        end = source.span(len(source.expanded), len(source.expanded))
        result = state.feed_token(Token("$END", "", end.start, end_pos=end.end), is_end=True)
    except (UnexpectedToken, UnexpectedCharacters) as refusal:
        raise QueryError(source.written, [mistakes.explain(source, parsing, refusal)]) from None
    datasets, query = result
    return datasets, query
