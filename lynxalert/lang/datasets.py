"""`from $x` → whether `$x` was defined before it."""

from __future__ import annotations

from lynxalert.lang import ast, walk
from lynxalert.lang.diagnostics import Code, Diagnostic
from lynxalert.registry import suggest


def check(query: ast.Query) -> list[Diagnostic]:
    """L108 for every dataset used before it is defined, L101 for one defined twice."""
    known: list[str] = []
    found: list[Diagnostic] = []
    for dataset in query.datasets:
        found += _unknown(dataset.query.stages, known)
        if dataset.name in known:
            found.append(Diagnostic(Code.SYNTAX, f"dataset `${dataset.name}` is defined twice", dataset.span))
        known.append(dataset.name)
    return found + _unknown(query.stages, known)


def _unknown(stages: tuple[ast.Stage, ...], known: list[str]) -> list[Diagnostic]:
    used = [
        name
        for stage in stages
        for node in walk.nodes(stage)
        if isinstance(node, ast.Source) and node.dataset
        for name in node.names
        if name.text not in known
    ]
    return [_missing(name, known) for name in sorted(used, key=lambda name: name.span)]


def _missing(name: ast.Name, known: list[str]) -> Diagnostic:
    near = suggest(name.text, known)
    help_text = f"did you mean `${near}`?" if near else f"define it first: `${name.text} = from main | …;`"
    return Diagnostic(Code.UNKNOWN_DATASET, f"unknown dataset `${name.text}`", name.span, help_text)
