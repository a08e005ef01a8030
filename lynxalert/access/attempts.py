"""Failed tries, counted per address: after a few, the next ones wait. Keys known to be good are not asked here."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from collections import OrderedDict

MOST = 10  # failures within
PERIOD = dt.timedelta(minutes=1)
REMEMBERED = 10_000  # addresses


class Attempts:
    """The failures of late. An IPv6 address counts as its /64, which is one customer's."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, tuple[dt.datetime, int]] = OrderedDict()

    def wait(self, address: str, now: dt.datetime) -> int | None:
        """Whole seconds until *address* may try again; None: at once."""
        since, count = self._failed.get(_network(address), (now, 0))
        left = since + PERIOD - now
        if count < MOST or not dt.timedelta(0) < left <= PERIOD:
            return None
        return math.ceil(left.total_seconds())

    def fail(self, address: str, now: dt.datetime) -> None:
        """Count a failure; a period begins with its first."""
        name = _network(address)
        since, count = self._failed.pop(name, (now, 0))
        fresh = not dt.timedelta(0) <= now - since < PERIOD
        self._failed[name] = (now, 1) if fresh else (since, count + 1)
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
