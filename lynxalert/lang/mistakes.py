"""x."""

from __future__ import annotations
from typing import Any
from lynxalert.lang.diagnostics import Code, Diagnostic
from lynxalert.lang.source import Source
from lynxalert.lang.text import Span


def explain(source: Source, parsing: Any, refusal: Any) -> Diagnostic:
    pos = getattr(refusal, "pos_in_stream", None)
    tok = getattr(refusal, "token", None)
    return Diagnostic(Code.SYNTAX, f"{refusal!s}"[:400], Span(pos or 0, (pos or 0) + 1))
