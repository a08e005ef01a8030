"""The event store, looked at again and again → the log and the error channels: that it takes nothing, and that it does again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import structlog

from lynxalert.alerts import ChannelSpec
from lynxalert.clock import Clock
from lynxalert.notify.news import News
from lynxalert.state import Database, is_trouble, notices

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.store")

EVERY = dt.timedelta(seconds=30)


class Guarding:
    """Says once that the store takes no events: to the log at the first look that finds it so, to people at the second.

    *stall* is what stands in the way; *changed* is called when error channels are owed something.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        stall: Callable[[dt.datetime], str | None],
        error_channels: Callable[[], Sequence[ChannelSpec]],
        changed: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._stall = stall
        self._error_channels = error_channels
        self._changed = changed
        self._since: dt.datetime | None = None
        self._is_told: bool | None = None  # None: a process before this one may have told of it

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """Look once."""
        now = self._clock.now()
        reason, since = self._stall(now), self._since
        self._since = None if reason is None else since or now
        if reason is not None and since is None:
            log.error("store_takes_nothing", reason=reason)
        elif reason is None and since is not None:
            log.info("store_takes_events_again", since=since.isoformat())
        lasts = reason is not None and since is not None
        if self._is_told is not lasts and (lasts or reason is None):
            await self._tell(_news(reason, since or now, now))

    async def _tell(self, news: News) -> None:
        """Owe *news*; told at the next look where the state cannot be written."""
        specs, now = self._error_channels(), self._clock.now()
        try:
            owed = await self._database.write(lambda tx: notices.owe(tx, news, specs, now)) if specs else ()
        except Exception as error:
            if not is_trouble(error):
                raise
            return
        self._is_told = not news.is_over
        if owed:
            self._changed()


def _news(reason: str | None, since: dt.datetime, now: dt.datetime) -> News:
    over = reason is None
    return News(
        topic="store_takes_nothing",
        about="the event store",
        title="Events are stored again" if over else "No events are stored",
        text="Alerts see what comes."
        if over
        else f"Since {since:%H:%M} UTC alerts see nothing new: {reason}",
        at=now,
        is_over=over,
    )
