"""Query → canonical text: `parse` reads it back as the same query, and prints it the same way again."""

from __future__ import annotations

import itertools

from lynxalert.lang import ast
from lynxalert.lang.printing.clauses import TIGHT, print_clause
from lynxalert.lang.printing.expression import print_expression
from lynxalert.lang.printing.search import print_terms as _print_terms

__all__ = ["print_expression", "print_query", "print_stage", "print_terms"]
# Clauses that stand in lists: two neighbours of one group are separated by a comma.
LISTS: tuple[tuple[type, ...], ...] = (
    (ast.Name, ast.Renaming),
    (ast.Aggregation,),
    (ast.Assignment,),
    (ast.SortKey,),
)
BLANKS = ("strcat",)  # its list takes no commas


def print_query(query: ast.Query) -> str:
    """The canonical text: one line, the first `search` by name, every other command behind a pipe."""
    datasets = [f"${dataset.name} = {print_query(dataset.query)}; " for dataset in query.datasets]
    stages = [print_stage(stage) for stage in query.stages]
    first = "" if query.stages[0].command == "search" else "| "
    return "".join(datasets) + first + " | ".join(stages)


def print_stage(stage: ast.Stage) -> str:
    """The canonical text of one command with its clauses."""
    text = stage.command
    for before, clause in itertools.pairwise([None, *stage.clauses]):
        assert clause is not None
        text += _between(before, clause, stage) + print_clause(clause, stage.command, print_query)
    return text


def print_terms(term: ast.Term) -> str:
    """The canonical text of search terms."""
    return _print_terms(term, print_query)


def _between(before: ast.Clause | None, after: ast.Clause, stage: ast.Stage) -> str:
    if isinstance(before, ast.Flag) and before.word in TIGHT:
        return " " if before.word in "-+" else ""
    if stage.command == "regex" and (isinstance(before, ast.Flag) or isinstance(after, ast.Flag)):
        return ""
    # The first name of lookup is the table, not one of the fields.
    table = stage.command == "lookup" and before is next(c for c in stage.clauses if isinstance(c, ast.Name))
    joined = any(isinstance(before, group) and isinstance(after, group) for group in LISTS)
    return ", " if joined and not table and stage.command not in BLANKS else " "
