"""Words among search terms that were probably meant to do something: `or`, `&&`, `stats count`. As warnings."""

from __future__ import annotations

import itertools

from lynxalert.lang import Code
from lynxalert.lang.ast import Comparison, Term, Word
from lynxalert.plan.scope import Scope

JOINING = {"and": "AND", "or": "OR", "&&": "AND"}
# Commands whose names are hardly looked for in events.
COMMANDS = frozenset(
    ("dedup", "eval", "eventstats", "fillnull", "makeresults", "mvexpand", "rex", "stats", "streamstats", "timechart", "tstats")
)  # fmt: skip


def warn_of_lookalikes(terms: tuple[Term, ...], scope: Scope) -> None:
    """Say which of the *terms*, which stand side by side, are only looked for."""
    for term in terms:
        _warn_of_turned(term, scope)
    for place, (term, following) in enumerate(itertools.pairwise(terms)):
        if not isinstance(term, Word) or term.pattern.quoted or term.pattern.case:
            continue
        text = term.pattern.text
        message = f"`{text}` is looked for as a word here"
        if place and text in JOINING:
            scope.report(Code.LOOKED_FOR, message, term.span, f"to join terms write {JOINING[text]}")
        elif text == "not" and not isinstance(following, Word):
            scope.report(Code.LOOKED_FOR, message, term.span, "to negate the next term write NOT")
        elif text in COMMANDS:
            scope.report(Code.LOOKED_FOR, message, term.span, f"a command stands behind a pipe: `| {text} …`")


def _warn_of_turned(term: Term, scope: Scope) -> None:
    """`status=>500` compares with the text `>500`."""
    match term:
        case Comparison(field=field, operator="=", value=value) if (
            value.text[:1] in ("<", ">") and not value.quoted
        ):
            message = f"`{value.text}` is compared as a text here"
            meant = f"{field}{value.text[0]}={value.text[1:]}"
            scope.report(Code.LOOKED_FOR, message, term.span, f"to compare numbers write {meant}")
