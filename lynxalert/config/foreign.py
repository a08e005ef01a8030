"""`type` of an alert: a condition of another product, whose own fields stand instead of a query."""

from __future__ import annotations

from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code
from lynxalert.registry import suggest

TYPES = (
    "call_count",
    "api_call_count",
    "concurrency",
    "denied_rate",
    "error_rate",
    "latency_p99",
    "no_data",
    "pass_rate_below",
    "tool_call_count",
    "volume_drop",
)


def of_another_product(kind: str, *, refuse: bool) -> list[Mistake]:
    """What is said of a definition with `type`: unknown, or known and not running yet. *refuse*: do not skip it."""
    if kind not in TYPES:
        near = suggest(kind, TYPES)
        hint = f"did you mean `{near}`?" if near else f"one of {', '.join(TYPES)}"
        return [Mistake(("type",), f"is no type of condition: {kind[:60]}", help=hint)]
    text = f'= "{kind}" is understood, but such alerts do not run yet: it is left out'
    hint = "write it as q, a query that leaves a row when the condition is met"
    return [Mistake(("type",), text, Code.BAD_SETTING if refuse else Code.LINT, hint)]
