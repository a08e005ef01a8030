"""What was judged of the alerts of a file → the same for those that stand in it as they did. Judges nothing itself.

A reload of thousands of alerts changes a few. One is not judged again if it is written as it was and everything that it is judged
by is as it was: channels, zone, macros, lookups, data models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lynxalert.alerts import Alert
from lynxalert.config.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Judgement:
    """One table of the file, its secrets in place, and what came of it."""

    fields: Mapping[str, Any]
    alert: Alert | None
    mistakes: tuple[Mistake, ...]

    def is_of(self, fields: Mapping[str, Any]) -> bool:
        """Whether *fields* are the same to the letter: 1, 1.0 and true are three things."""
        return self.fields == fields and repr(self.fields) == repr(fields)


@dataclass(frozen=True, slots=True)
class Judgements:
    """Those of all alerts of a file by key; *basis* is what they were judged by."""

    basis: object = None
    by_key: Mapping[str, Judgement] = field(default_factory=dict)

    def of(self, basis: object) -> Mapping[str, Judgement]:
        """Those that hold if alerts are judged by *basis*."""
        return self.by_key if self.basis == basis else {}
