"""Query → Relation: folds the stages, each lowered onto the relation before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import AllOf, Comparison, Query, Stage, Term, Terms
from lynxalert.plan.command import Command, build
from lynxalert.plan.relation import Apply, Relation, Spanned
from lynxalert.plan.scope import Scope
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
    "mstats",
)
DEFAULT_INDEX = "main"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The time range a query sets for itself: texts of `earliest=` and `latest=`."""

    earliest: Comparison | None = None
    latest: Comparison | None = None


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
                chosen = [
                    t.value.text for t in _top_level(clause.term) if isinstance(t, Comparison) and _chooses(t)
                ]
                if chosen:
                    return tuple(chosen)
                # An index named deeper (in an OR, after NOT) filters rows: every index must be read for it.
                return ("*",) if _mentions_index(clause.term) else (DEFAULT_INDEX,)
    return (DEFAULT_INDEX,)


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
    query: Query, commands: Mapping[str, type[Command]], scope: Scope
) -> tuple[Relation, tuple[Stage, ...]]:
    """The relation of *query*, up to a stage whose result must be known before going on, and the stages left."""
    for dataset in query.datasets:
        relation, rest = analyze(dataset.query, commands, scope)
        if rest:
            span = rest[0].span
            scope.report(
                Code.REFUSED_COMMAND, f"`{rest[0].command}` cannot follow a pivot inside a dataset yet", span
            )
        scope.datasets[dataset.name] = relation
    stages = query.stages
    if stages and stages[0].command in GENERATING:
        start: Relation = scope.scan(scope, ())  # never read: a generating command makes its own rows
    else:
        start = scope.scan(scope, indexes_of(query))
    return proceed(start, stages, commands, scope)


def proceed(
    relation: Relation, stages: tuple[Stage, ...], commands: Mapping[str, type[Command]], scope: Scope
) -> tuple[Relation, tuple[Stage, ...]]:
    """Lower *stages* onto *relation* until one must run first; answer what is left then."""
    for position, stage in enumerate(stages):
        if isinstance(relation, Spanned | Apply):
            return relation, stages[position:]
        cls = commands.get(stage.command)
        if cls is None:
            near = suggest(stage.command, list(commands))
            help_ = f"did you mean `{near}`?" if near else None
            scope.report(
                Code.REFUSED_COMMAND, f"`{stage.command}` is not offered yet", stage.name_span, help_
            )
            continue
        instance = build(cls, stage, scope)
        if instance is not None:
            relation = instance.lower(relation, scope)
    return relation, ()
