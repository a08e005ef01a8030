"""A slot that could not be judged, and what that means for the alert's health."""

from __future__ import annotations

from lynxalert.errors import LynxError


class EvaluationError(LynxError):
    """An evaluation that gave no answer.

    *transient*: a time-out, want of memory, a busy store: the same slot may succeed later. Otherwise (a wrong
    type, a missing column) every try ends the same way, and the cursor moves on.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        self.transient = transient
        super().__init__(message)
