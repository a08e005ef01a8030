"""One question among many: a query, the window it looks at, and T."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lynxalert.lang.ast import Query
from lynxalert.plan import TimeWindow


@dataclass(frozen=True, slots=True)
class Ask:
    """Rows of *text* over *window*, everything relative resolved against *now*, wall-clock time in *timezone*."""

    text: str | Query
    window: TimeWindow
    now: dt.datetime
    timezone: str = "UTC"
