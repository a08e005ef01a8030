"""`$name` → the rows of a query that was named before."""

from __future__ import annotations

from lynxalert.lang import Code
from lynxalert.lang.ast import Name
from lynxalert.plan.relation import Pending
from lynxalert.plan.scope import Scope
from lynxalert.registry import suggest


def dataset(name: Name, scope: Scope) -> Pending:
    """The dataset called *name*; an unknown one is reported and empty."""
    known = scope.datasets.get(name.text.removeprefix("$"))
    if known is not None:
        return known
    near = suggest(name.text, list(scope.datasets))
    help_ = f"did you mean `${near}`?" if near else None
    scope.report(Code.UNKNOWN_DATASET, f"there is no dataset `{name.text}`", name.span, help_)
    return Pending(scope.scan(scope, ()))
