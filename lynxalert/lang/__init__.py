"""Text → Query, and back. Knows no data and no SQL.

The syntax tree is in `ast`, the grammar in grammar/*.lark.
"""

from lynxalert.lang import ast
from lynxalert.lang.diagnostics import Code, Diagnostic, QueryError, one_line, render
from lynxalert.lang.parser import parse, parse_terms
from lynxalert.lang.printer import print_expression, print_query, print_stage, print_terms
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
    "parse_terms",
    "print_expression",
    "print_query",
    "print_stage",
    "print_terms",
    "render",
]
