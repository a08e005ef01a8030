"""What the interface asks of the daemon to try alerts out: protocols only, as in `ports`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lynxalert.access import Actor
from lynxalert.alerts import Alert
from lynxalert.events.script import Line
from lynxalert.notify.preview import Previewing
from lynxalert.plan import TimeWindow


@dataclass(frozen=True, slots=True)
class Injected:
    """An event, or several alike, for a trial. *timed*: it happened when its line says, from the start of the window."""

    line: Line
    timed: bool


class Rehearsal(Previewing, Protocol):
    """Trying an alert out."""

    async def dry_run(
        self, alert: Alert, at: dt.datetime, events: Sequence[Injected] | None = None
    ) -> Mapping[str, Any]:
        """What an evaluation as of *at* would do, nothing sent and nothing remembered; of *events* alone, if given.

        Raises:
            QueryError: the query does not compile.
            EvaluationError: it cannot be judged.
        """
        ...

    async def send_test(self, alert: Alert, *, by: Actor) -> Sequence[Mapping[str, Any]]:
        """Send a real `[TEST]` message to every enabled channel; what came of it, in the order of definition."""
        ...


class Backtests(Protocol):
    """Alerts over what is stored."""

    async def run(
        self, alert: Alert, stretch: TimeWindow, *, against: Alert | None = None, sweep: str | None = None
    ) -> Mapping[str, Any]:
        """What *alert* would have told within *stretch*; what *against* would have, and every threshold of *sweep*.

        Raises:
            BusyError: another one runs.
            LynxError: what is asked cannot be done, or the alert cannot be judged.
        """
        ...
