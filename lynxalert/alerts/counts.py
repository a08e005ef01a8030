"""What is counted of an alert as long as it exists: evaluations, errors, gaps, rows that came late. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Totals of one alert, edits included. *gaps* counts slots that were never judged.

    *late_rows* came when a window with their time had been judged, *too_late_rows* of them beyond `max_lateness`;
    *rejudged_windows* were judged again for the others. *duration* is how long the last evaluation took.
    """

    evaluations: int = 0
    errors: int = 0
    gaps: int = 0
    late_rows: int = 0
    rejudged_windows: int = 0
    too_late_rows: int = 0
    duration: dt.timedelta | None = None

    def judged(self, duration: dt.timedelta) -> Counts:
        """One slot more, judged within *duration*."""
        return replace(self, evaluations=self.evaluations + 1, duration=duration)

    def failed(self) -> Counts:
        """One slot more that failed; it is tried again or not."""
        return replace(self, errors=self.errors + 1)

    def missed(self, slots: int) -> Counts:
        """A gap of so many slots."""
        return replace(self, gaps=self.gaps + slots)

    def looked_back(self, late: int, too_late: int, rejudged: int) -> Counts:
        """Rows that came late, and windows judged again for them."""
        return replace(
            self,
            late_rows=self.late_rows + late,
            too_late_rows=self.too_late_rows + too_late,
            rejudged_windows=self.rejudged_windows + rejudged,
        )

    def as_json(self) -> dict[str, Any]:
        """For the interface; the duration in milliseconds."""
        milliseconds = None if self.duration is None else round(self.duration.total_seconds() * 1000, 1)
        return {
            "evaluations": self.evaluations,
            "errors": self.errors,
            "gaps": self.gaps,
            "late_rows": self.late_rows,
            "rejudged_windows": self.rejudged_windows,
            "too_late_rows": self.too_late_rows,
            "last_duration_ms": milliseconds,
        }
