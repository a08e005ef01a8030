"""The errors of the event store: each is an answer somebody gives to a sender or a user."""

from __future__ import annotations

import datetime as dt

from lynxalert.errors import LynxError


class StoreError(LynxError):
    """The event store cannot do what was asked."""


class StoreLocked(StoreError):
    """Another process holds the store; DuckDB allows one."""


class Backpressure(StoreError):
    """Events arrive faster than they are stored. Nothing of the request was kept; send it again later."""

    def __init__(self, retry_after: dt.timedelta) -> None:
        super().__init__(f"the store is busy, retry in {retry_after.total_seconds():g} s")
        self.retry_after = retry_after


class StorageFull(StoreError):
    """The disk is nearly full; nothing of the request was kept, and alerts go on."""


class StoreClosing(StoreError):
    """The store is closing, or not started yet. Nothing of the request was kept; another process may take it soon."""


class Unreadable(LynxError):
    """An event that cannot be stored at all; the message is the reason kept with it in `_dead_letters`."""
