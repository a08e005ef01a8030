"""Text → Query: expands the source, drives the LALR parser token by token, and turns its refusals into diagnostics."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping

from lark import Token, UnexpectedCharacters, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from lynxalert.lang import ast, datasets, mistakes, nesting, tables, walk
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError
from lynxalert.lang.productions.expression import span_of
from lynxalert.lang.source import Source, expand

END = "$END"
MOST_WORDS = 100_000
MOST_DIAGNOSTICS = 20
MOST_LATER = 4  # stages behind a mistake that are looked at for further ones
UNREADABLE = "UNREADABLE"
FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
# Outside texts: quotes that word processors curl, and characters nobody sees.
CURLED = re.compile('"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|([“”„\u200b\ufeff])', re.DOTALL)


def parse(text: str, macros: Mapping[str, object] | None = None) -> ast.Query:
    """The query that *text* says.

    *macros* maps a name (`errors`, `by_host(field)`, `errors(2)`) to `{"arguments": […], "definition": "…"}` or
    to the definition alone.

    Raises:
        QueryError: any mistake in the text, with its place in *text*.
    """
    try:
        source = expand(text, macros)
        _refuse(_characters(source) or _depth(source))
        defined, query = _tree(source)
        if "eval" in text:
            _title((*defined, query), text)
        whole = dataclasses.replace(query, source=text, datasets=defined)
        if len(source.expanded) > nesting.DEEPEST:
            _refuse(nesting.check_tree(whole))
        _refuse(*(datasets.check(whole) if "$" in source.expanded else ()))
    except QueryError as error:
        raise QueryError(text, error.diagnostics[:MOST_DIAGNOSTICS]) from None
    return whole


def _title(trees: tuple[ast.Dataset | ast.Query, ...], text: str) -> None:
    """Let every `count(eval(…))` of a fresh tree know how it was typed, if that was on one line and by no macro."""
    for node in itertools.chain.from_iterable(map(walk.nodes, trees)):
        if not isinstance(node, ast.Aggregation) or node.alias or node.function.lower() == "sparkline":
            continue
        if node.argument is None or isinstance(node.argument, ast.Name):
            continue
        typed = text[node.span.start : node.span.end]
        if "`" not in typed and "(" in typed and typed.splitlines() == [typed]:
            object.__setattr__(node, "written", typed)


def parse_terms(text: str) -> ast.Term:
    """The search terms that *text* says, as in `searchmatch("…")`.

    Raises:
        QueryError: a mistake, or more than search terms.
    """
    query = parse(text)
    match query.stages:
        case (ast.Stage("search", (ast.Terms(term),)),) if not query.datasets:
            return term
    raise QueryError(text, [Diagnostic(Code.SYNTAX, "only search terms can stand here", query.span)])


def _refuse(*found: Diagnostic | None) -> None:
    diagnostics = [diagnostic for diagnostic in found if diagnostic is not None]
    if diagnostics:
        raise QueryError("", diagnostics)


def _characters(source: Source) -> Diagnostic | None:
    match = FORBIDDEN.search(source.expanded)
    if match is not None:
        message = f"the character U+{ord(match[0]):04X} cannot stand in a query"
        return Diagnostic(Code.SYNTAX, message, source.span(*match.span()))
    if source.expanded.isascii():
        return None
    for match in CURLED.finditer(source.expanded):
        if match[1] is not None:
            visible = match[1] in "“”„"
            message = (
                f"`{match[1]}` is a typographic quote"
                if visible
                else f"U+{ord(match[1]):04X} is a character nobody sees"
            )
            help_text = 'write `"`' if visible else "delete it"
            return Diagnostic(Code.SYNTAX, message, source.span(*match.span()), help_text)
    return None


def _depth(source: Source) -> Diagnostic | None:
    span = nesting.check_text(source.expanded)
    return None if span is None else nesting.too_deep(source.span(span.start, span.end))


def _tree(source: Source, later: int = MOST_LATER) -> tuple[tuple[ast.Dataset, ...], ast.Query]:
    parsing: InteractiveParser = tables.tables().parse_interactive(source.expanded)
    state = parsing.parser_state
    tokens: Iterator[Token] = parsing.lexer_thread.lex(state)  # type: ignore[no-untyped-call] # lark's own gap
    moved = bool(source.starts)
    last: Token | None = None
    for count in itertools.count():
        token = _next(tokens, len(source.expanded))
        position = token.start_pos or 0
        if moved and token.end_pos is not None:
            place = source.span(position, token.end_pos)
            token.start_pos, token.end_pos = place.start, place.end
        try:
            result = state.feed_token(token, is_end=token.type == END)
        except UnexpectedToken:
            stop = mistakes.Stop(source, parsing, position, last)
            raise QueryError("", [mistakes.explain(stop), *_later(stop, source, later)]) from None
        if token.type == END:
            break
        if count > MOST_WORDS:
            message = f"the query has more than {MOST_WORDS:,} words and signs"
            raise QueryError("", [Diagnostic(Code.TOO_LARGE, message, span_of(token))])
        last = token
    defined, query = result
    return defined, query


def _later(stop: mistakes.Stop, source: Source, left: int) -> tuple[Diagnostic, ...]:
    """The mistakes of the stages behind the one that was stopped at, read as if they stood alone."""
    start = mistakes.next_stage(stop) if left else None
    if start is None:
        return ()
    rest = " " * start + source.expanded[start:]
    try:
        _tree(dataclasses.replace(source, expanded=rest), left - 1)
    except QueryError as error:
        return error.diagnostics
    return ()


def _next(tokens: Iterator[Token], end: int) -> Token:
    """The next token, `$END` behind the last; what no terminal matches is a token that no state accepts."""
    try:
        return next(tokens, Token(END, "", end, end_pos=end))
    except UnexpectedToken as refusal:
        return Token(UNREADABLE, "", refusal.token.start_pos)
    except UnexpectedCharacters as refusal:
        return Token(UNREADABLE, "", refusal.pos_in_stream)
