"""`q`, `when`, `key` of an alert → a query that compiles and a condition that judges it, or every mistake in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from lynxalert.alerts.conditions import ConditionError
from lynxalert.alerts.conditions import build as build_condition
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.lint import lint
from lynxalert.config.mistakes import Mistake
from lynxalert.config.outcome import unfound
from lynxalert.lang import Code, Diagnostic, QueryError
from lynxalert.lang.ast import Query
from lynxalert.plan import Type
from lynxalert.plan.sinks import refuse_writing

_CLOSING = frozenset(("chart", "rare", "stats", "table", "timechart", "top", "tstats"))


class Compiled(Protocol):
    """What is looked at of a compiled query."""

    @property
    def query(self) -> Query:
        """What it says."""
        ...

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The by-fields of its last aggregation."""
        ...

    @property
    def columns(self) -> Mapping[str, Type] | None:
        """The columns of its rows; None while they depend on the events."""
        ...

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        """What is odd about it."""
        ...


Compile: TypeAlias = Callable[[str], Compiled]  # raises QueryError


def question(
    definition: AlertDefinition, compile_query: Compile
) -> tuple[str, Compiled | None, list[Mistake]]:
    """The query of *definition*, whichever of its two names it goes by, compiled, and what is wrong with it."""
    if definition.q is not None and definition.query is not None:
        return "", None, [Mistake(("query",), "cannot stand beside q: they are the same, keep one of them")]
    name = "query" if definition.q is None and definition.query is not None else "q"
    text = definition.q or definition.query
    if text is None:
        hint = "a query that leaves a row when the condition is met"
        return "", None, [Mistake(("q",), "is required", Code.MISSING_KEY, hint)]
    try:
        compiled = compile_query(text)
        # An evaluation may be repeated: after a crash, for late events, to find evidence.
        refuse_writing(compiled.query, "the query of an alert only reads")
    except QueryError as error:
        return text, None, [_mistake(name, each, Code.BAD_QUERY) for each in error.diagnostics]
    # Which fields events have is not known yet; which columns `stats` and its kin leave is.
    known_from = _closed(compiled.query)
    odd = [
        each
        for each in compiled.warnings
        if each.code is not Code.UNSEEN_FIELD or each.span.start >= known_from
    ]
    mistakes = [_mistake(name, each, Code.LINT) for each in odd]
    mistakes += lint(compiled.query, definition, name)
    closed = any(stage.command in _CLOSING for stage in compiled.query.stages)
    columns = compiled.columns if closed else None
    return text, compiled, [*mistakes, *unfound(definition, columns, compiled.key_fields)]


def condition(definition: AlertDefinition) -> list[Mistake]:
    """What is wrong with `when`."""
    if definition.when is None:
        return []
    try:
        build_condition(definition.when)
    except ConditionError as error:
        return [Mistake(("when", *each.path), each.message, help=each.help) for each in error.problems]
    return []


def _closed(query: Query) -> int:
    """Where in its text *query* begins to know every field there is."""
    ends = (stage.span.end for stage in query.stages if stage.command in _CLOSING)
    return min(ends, default=len(query.source))


def _mistake(name: str, diagnostic: Diagnostic, code: Code) -> Mistake:
    text = f": {diagnostic.message} ({diagnostic.code})"
    return Mistake((name,), text, code, diagnostic.help, diagnostic.span)
