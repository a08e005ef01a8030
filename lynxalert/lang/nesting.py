"""How deep a query nests: checked on the text before it is parsed, and on the tree after."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError
from lynxalert.lang.text import Span

DEEPEST = 200  # brackets, prefix operators and left-leaning chains; what walks the tree recurses
MESSAGE = f"nested deeper than {DEEPEST} levels"
HELP = "split the expression over several `eval` steps"
# A text hides what is in it; a word other than NOT ends a run of prefix operators.
PIECE = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|[(\[]|[)\]]|\bnot\b|[-+!]|[^\s"()\[\]+!-]+|"', re.DOTALL | re.IGNORECASE
)


def check_text(text: str) -> Span | None:
    """The place in *text* that nests too deep, or nothing."""
    if text.count("(") + text.count("[") + len(re.findall(r"[-+!]|\bnot\b", text, re.IGNORECASE)) <= DEEPEST:
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
        elif piece in "-+!" or piece.lower() == "not":
            run += 1
        else:
            run = 0
        if depth + run > DEEPEST:
            return Span(*match.span())
    return None


def check_tree(query: ast.Query) -> None:
    """Refuse a tree deeper than its walkers can follow.

    Raises:
        QueryError: L401.
    """
    waiting: list[tuple[Any, int]] = [(query, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend((item, depth) for item in node)
        elif dataclasses.is_dataclass(node) and not isinstance(node, Span | type):
            deeper = depth + isinstance(node, ast.Expr | ast.Term)
            if deeper > DEEPEST:
                raise QueryError("", [Diagnostic(Code.NESTING, MESSAGE, _end(node), HELP)])
            waiting.extend((getattr(node, name), deeper) for name in node.__slots__)


def _end(node: Any) -> Span:  # noqa: ANN401
    span: Span = node.span
    return span
