"""How deep a query nests: checked on the text before it is parsed, and on the tree after."""

from __future__ import annotations

import re

from lynxalert.lang import ast, walk
from lynxalert.lang.diagnostics import Code, Diagnostic
from lynxalert.lang.text import Span

DEEPEST = 200  # brackets, prefix operators and left-leaning chains; what walks the tree recurses
# A text hides what is in it; a word other than NOT ends a run of prefix operators.
PIECE = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|[(\[]|[)\]]|\bnot\b|[-+!]|[^\s"()\[\]+!-]+|"', re.DOTALL | re.IGNORECASE
)
PREFIX = re.compile(r"[-+!]|\bnot\b", re.IGNORECASE)


def too_deep(span: Span) -> Diagnostic:
    """The diagnostic for what nests too deep at *span*."""
    message = f"nested deeper than {DEEPEST} levels"
    return Diagnostic(Code.NESTING, message, span, "split the expression over several `eval` steps")


def check_text(text: str) -> Span | None:
    """The place in *text* that nests too deep, or nothing."""
    if text.count("(") + text.count("[") + len(PREFIX.findall(text)) <= DEEPEST:
        return None
    depth = 0
    run = 0
    opened: list[int] = []
    for match in PIECE.finditer(text):
        piece = match[0]
        if piece in "([":
            opened.append(run + 1)
            depth += run + 1
            run = 0
        elif piece in ")]":
            depth -= opened.pop() if opened else 0
            run = 0
        else:
            run = run + 1 if PREFIX.fullmatch(piece) else 0
        if depth + run > DEEPEST:
            return Span(*match.span())
    return None


def check_tree(query: ast.Query) -> Diagnostic | None:
    """L401 for a tree deeper than its walkers can follow: a long chain of `+` leans left."""
    waiting: list[tuple[object, int]] = [(query, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.Expr | ast.Term):
            depth += 1
            if depth > DEEPEST:
                return too_deep(node.span)
        waiting.extend((child, depth) for child in walk.children(node))
    return None
