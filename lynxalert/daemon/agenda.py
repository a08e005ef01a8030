"""When to look at each alert next → who is looked at now: what is in time at once, what is late in lots. Asks nobody.

After an outage everything is late. If one tick held all of it, everybody would be late until the last of their slots was judged;
in lots, an alert that has caught up is in time from there on, and what is in time never waits for what is not (docs/decisions/0211).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from lynxalert.alerts import Alert
from lynxalert.alerts.catchup import owed

LATE = dt.timedelta(seconds=10)  # behind its slot, an alert waits for its lot
MOST = 4_000  # slots of a lot: a second or two
FEW = 10  # one of so many in a lot is not waited for: it may hang
LONGEST = dt.timedelta(seconds=10)  # after that the next lot begins beside it


class Agenda:
    """The enabled alerts, those that are being looked at, and the lot of late ones among them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most  # slots of a lot
        self._alerts: dict[str, Alert] = {}
        self._at: dict[str, dt.datetime] = {}
        self._busy: set[str] = set()
        self._lot: set[str] = set()
        self._size = 0  # of the lot, when it began
        self._lot_since: dt.datetime | None = None

    def put(self, alert: Alert, at: dt.datetime | None) -> None:
        """Look at *alert* at the instant *at*; None: not at all."""
        if at is None:
            self.forget(alert.id)
        else:
            self._alerts[alert.id], self._at[alert.id] = alert, at

    def forget(self, alert_id: str) -> None:
        """Look at it no more."""
        self._at.pop(alert_id, None)
        self._alerts.pop(alert_id, None)

    def put_off(self, alert_ids: Iterable[str], until: dt.datetime) -> None:
        """Look at those of *alert_ids* that there are when *until* has come."""
        self._at.update((each, until) for each in alert_ids if each in self._at)

    def look_at_all(self, now: dt.datetime) -> None:
        """Look at every one *now*."""
        self._at = dict.fromkeys(self._at, now)

    def take(self, now: dt.datetime, without: Collection[str] = ()) -> list[list[str]]:
        """The alerts to evaluate side by side now, in one or two ticks, from here on busy."""
        in_time: list[str] = []
        late: list[str] = []
        for each, at in self._at.items():
            if at <= now and each not in self._busy and each not in without:
                (late if at <= now - LATE else in_time).append(each)
        ticks = [sorted(in_time)] if in_time else []
        if late and self._next_lot(now) <= now:
            lot = sorted(self._first(late, now))
            self._lot, self._size, self._lot_since = set(lot), len(lot), now
            ticks.append(lot)
        for tick in ticks:
            self._busy.update(tick)
        return ticks

    def release(self, alert_ids: Collection[str]) -> None:
        """These are looked at no longer."""
        self._busy.difference_update(alert_ids)
        self._lot.difference_update(alert_ids)

    def next_look(self, now: dt.datetime, otherwise: dt.datetime) -> dt.datetime:
        """When somebody is due next, *otherwise* if nobody is; who is late waits for the next lot."""
        lot = self._next_lot(now)
        free = (at for each, at in self._at.items() if each not in self._busy)
        return min((max(at, lot) if at <= now - LATE else at for at in free), default=otherwise)

    def waiting(self, now: dt.datetime) -> int:
        """The slots of all that are late."""
        return sum(owed(self._alerts[each], at, now) for each, at in self._at.items() if at <= now - LATE)

    def _next_lot(self, now: dt.datetime) -> dt.datetime:
        """When the next lot may begin: once the one before it is done but for a few, or has taken long enough."""
        if len(self._lot) <= self._size // FEW or self._lot_since is None or now < self._lot_since:
            return now
        return max(now, self._lot_since + LONGEST)

    def _first(self, late: Iterable[str], now: dt.datetime) -> Iterator[str]:
        """As many of *late* as make a lot, those that have waited for longest first."""
        slots = 0
        for each in sorted(late, key=lambda each: (self._at[each], each)):
            if slots >= self._most:
                return
            slots += owed(self._alerts[each], self._at[each], now)
            yield each
