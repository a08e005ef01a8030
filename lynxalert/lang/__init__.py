"""Text → Query. Knows no data and no SQL."""

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError, one_line, render
from lynxalert.lang.parser import parse
from lynxalert.lang.text import Place, Span, locate

__all__ = [
    "Code",
    "Diagnostic",
    "Place",
    "QueryError",
    "Span",
    "ast",
    "locate",
    "one_line",
    "parse",
    "render",
]
