"""Query → Relation: folds the stages, each lowered onto the relation before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from lynxalert.lang import Code
from lynxalert.lang.ast import AllOf, Comparison, Query, Stage, Term, Terms
from lynxalert.plan.command import Command, build
from lynxalert.plan.dates import with_dates
from lynxalert.plan.relation import Barrier, Pending, Relation
from lynxalert.plan.scope import Bounds, Scope
from lynxalert.plan.subvalues import with_values
from lynxalert.plan.terms import is_bound
from lynxalert.registry import suggest

GENERATING = (
    "makeresults",
    "inputlookup",
    "tstats",
    "from",
    "union",
    "multisearch",
    "datamodel",
    "gentimes",
    "set",
    "mstats",
)
DEFAULT_INDEX = "main"


def bounds_of(query: Query) -> Bounds:
    """`earliest=` and `latest=` of the top-level AND of the first stage."""
    found: dict[str, Comparison] = {}
    for stage in query.stages[:1]:
        for clause in stage.clauses:
            if isinstance(clause, Terms):
                for term in _top_level(clause.term):
                    if is_bound(term) and isinstance(term, Comparison):
                        found[term.field.lower()] = term
    return Bounds(found.get("earliest"), found.get("latest"))


def indexes_of(query: Query) -> tuple[str, ...]:
    """The patterns of the indexes a query reads when it begins with `search`."""
    for stage in query.stages[:1]:
        for clause in stage.clauses:
            if stage.command == "search" and isinstance(clause, Terms):
                return indexes_of_term(clause.term)
    return (DEFAULT_INDEX,)


def indexes_of_term(term: Term) -> tuple[str, ...]:
    """The patterns of the indexes that *term* chooses."""
    chosen = [one.value.text for one in _top_level(term) if isinstance(one, Comparison) and _chooses(one)]
    if chosen:
        return tuple(chosen)
    # An index named deeper (in an OR, after NOT) filters rows: every index must be read for it.
    return ("*",) if _mentions_index(term) else (DEFAULT_INDEX,)


def _chooses(term: Comparison) -> bool:
    return term.field == "index" and term.operator == "="


def _top_level(term: Term) -> tuple[Term, ...]:
    if isinstance(term, AllOf):
        return tuple(inner for one in term.terms for inner in _top_level(one))
    return (term,)


def _mentions_index(term: object) -> bool:
    if getattr(term, "field", None) == "index":
        return True
    inner = (*getattr(term, "terms", ()), *((term.term,) if hasattr(term, "term") else ()))
    return any(_mentions_index(one) for one in inner)


def analyze(
    query: Query, commands: Mapping[str, type[Command]], scope: Scope, relation: Relation | None = None
) -> Pending:
    """The relation of *query* over *relation*, or over events of its own and its own time range.

    It goes up to a stage whose result must be known before going on.
    """
    if relation is not None:
        return proceed(Pending(relation, query.stages, scope.window), commands, scope)
    return proceed(begun(query, commands, scope), commands, scope)


def begun(query: Query, commands: Mapping[str, type[Command]], scope: Scope) -> Pending:
    """What *query* starts from, all its stages still to come."""
    with _window(scope, bounds_of(query)):
        for dataset in query.datasets:
            scope.datasets[dataset.name] = analyze(dataset.query, commands, scope)
        generated = query.stages and query.stages[0].command in GENERATING
        start = scope.scan(scope, () if generated else indexes_of(query))  # of no index: never read
        dated = start if generated else with_dates(start, query, scope)
        return Pending(dated, query.stages, scope.window)


@contextmanager
def _window(scope: Scope, bounds: Bounds) -> Iterator[None]:
    """Scans made meanwhile cover *bounds*, moved back as far as what is around them."""
    if scope.windows:
        bounds = replace(bounds, earlier=scope.windows[scope.window].earlier)
    if bounds not in scope.windows:
        scope.windows.append(bounds)
    before, scope.window = scope.window, scope.windows.index(bounds)
    yield
    scope.window = before


def proceed(pending: Pending, commands: Mapping[str, type[Command]], scope: Scope) -> Pending:
    """Lower the stages left onto the relation until one must run first."""
    relation, before = pending.relation, scope.window
    scope.window = pending.window
    rest = pending.rest
    while rest and not isinstance(relation, Barrier):
        relation = _lowered(rest[0], relation, commands, scope)
        rest = rest[1:]
    scope.window = before
    return Pending(relation, rest, pending.window)


def _lowered(
    stage: Stage, relation: Relation, commands: Mapping[str, type[Command]], scope: Scope
) -> Relation:
    cls = commands.get(stage.command)
    if cls is None:
        near = suggest(stage.command, list(commands))
        help_ = f"did you mean `{near}`?" if near else None
        scope.report(Code.REFUSED_COMMAND, f"`{stage.command}` is not offered yet", stage.name_span, help_)
        return relation
    waiting = with_values(stage, scope, lambda known: _lowered(known, relation, commands, scope))
    if waiting is not None:
        return waiting
    instance: Command | None = build(cls, stage, scope)
    return relation if instance is None else instance.lower(relation, scope)
