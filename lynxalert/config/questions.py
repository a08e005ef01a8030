"""`q` of an alert → a query that compiles, or its diagnostics as mistakes of the setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lynxalert.config.definition import AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code, QueryError

# text → whatever the engine makes of it, which nobody here looks at; raises QueryError
Compile: TypeAlias = Callable[[str], Any]


def question(definition: AlertDefinition, compile_query: Compile) -> tuple[str, list[Mistake]]:
    """The query of *definition*, whichever of its two names it goes by, and what is wrong with it."""
    if definition.q is not None and definition.query is not None:
        return "", [Mistake(("query",), "cannot stand beside q: they are the same, keep one of them")]
    name = "query" if definition.q is None and definition.query is not None else "q"
    text = definition.q or definition.query
    if text is None:
        hint = "a query that leaves a row when the condition is met"
        return "", [Mistake(("q",), "is required", Code.MISSING_KEY, hint)]
    try:
        compile_query(text)
    except QueryError as error:
        return text, [
            Mistake((name,), f": {each.message} ({each.code})", Code.BAD_QUERY, each.help, each.span)
            for each in error.diagnostics
        ]
    return text, []
