"""Failures in a row at one destination → how long nobody tries it. Pure.

A destination that fails again and again is left alone for a while; then one delivery is let through, and what
becomes of it decides for all (half open). The others wait meanwhile without spending attempts.
"""

from __future__ import annotations

import datetime as dt

from lynxalert.notify.model import Failure

PATIENCE = 5  # failures in a row
FIRST = dt.timedelta(seconds=5)
LONGEST = dt.timedelta(minutes=5)
# What speaks of the place and not of one message.
OF_THE_PLACE = (Failure.NETWORK, Failure.TIMEOUT, Failure.SERVER, Failure.BAD_REPLY)


def rest(failures: int) -> dt.timedelta | None:
    """How long to leave a destination alone after *failures* in a row; None: try on."""
    if failures < PATIENCE:
        return None
    return min(LONGEST, FIRST * (1 << min(failures - PATIENCE, 10)))
