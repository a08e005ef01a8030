"""A parsed query → whether it looks at every event there is. Pure."""

from __future__ import annotations

from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code
from lynxalert.lang.ast import AllOf, AnyOf, Comparison, Not, Query, Stage, Term, Terms, Word

# These begin a query with what they name themselves.
_STARTS = frozenset(
    (
        "datamodel",
        "from",
        "gentimes",
        "inputlookup",
        "makeresults",
        "mstats",
        "multisearch",
        "tstats",
        "union",
    )
)
_WHOLE = frozenset(("earliest", "latest", "index"))  # they say where and when, not what
_EVERYWHERE = frozenset(("host", "source", "sourcetype", "_time", "_raw"))  # every event has one
_USUAL = frozenset(("*", "main"))


def everything(query: Query, name: str) -> list[Mistake]:
    """What is said of a *query*, in the setting *name*, that begins with all events of its index."""
    first = query.stages[0] if query.stages else None
    if first is None or first.command in _STARTS or (first.command == "search" and _chooses(first)):
        return []
    text = ": it looks at every event of the index"
    hint = "name what it is about, such as source=app or level=error"
    return [Mistake((name,), text, Code.LINT, hint, first.span)]


def _chooses(stage: Stage) -> bool:
    """Whether any term leaves events out."""
    terms = [clause.term for clause in stage.clauses if isinstance(clause, Terms)]
    return not terms or any(map(_narrows, terms)) or len(terms) != len(stage.clauses)


def _narrows(term: Term) -> bool:
    match term:
        case Word(pattern=pattern):
            return pattern.text.strip("*") != ""
        case Comparison(field=field, operator="=", value=value) if field in _WHOLE:
            return field == "index" and value.text not in _USUAL
        case Comparison(field=field, operator="=", value=value) if field in _EVERYWHERE:
            return value.text.strip("*") != ""
        case Not():
            return False  # all the others
        case AllOf(terms=terms):
            return any(map(_narrows, terms))
        case AnyOf(terms=terms):
            return all(map(_narrows, terms))
    return True
