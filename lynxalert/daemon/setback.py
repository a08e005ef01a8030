"""A clock that is set back → those who run the daemon are told that alerts wait, and when they do so no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from lynxalert.alerts import ChannelSpec
from lynxalert.notify.facts import words
from lynxalert.notify.news import News
from lynxalert.state import Database, notices

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.evaluator")

SLACK = dt.timedelta(minutes=1)  # alerts wait for as long in any case


class SetBack:
    """How far the clock has come. What a process before this one told of it is ended by the first look."""

    def __init__(self, database: Database, error_channels: Callable[[], Sequence[ChannelSpec]]) -> None:
        self._database = database
        self._error_channels = error_channels
        self._farthest: dt.datetime | None = None
        self._is_back = True

    async def look(self, now: dt.datetime) -> bool:
        """Take note of *now*; whether error channels are owed something by it."""
        farthest = max(filter(None, (self._farthest, now)))
        was, self._farthest, self._is_back = self._is_back, farthest, now < farthest - SLACK
        if was == self._is_back:
            return False
        by = words(farthest - now)
        if self._is_back:
            log.warning("the clock was set back", by=by, until=farthest.isoformat())
        news = News(
            topic="clock_set_back",
            about="the clock of this machine",
            title=f"The clock was set back by {by}" if self._is_back else "The clock is where it was",
            text=f"Alerts wait for the slots they stand on, for an hour at most, until {farthest:%H:%M} UTC."
            if self._is_back
            else "Alerts are judged in time.",
            at=now,
            is_over=not self._is_back,
        )
        specs = self._error_channels()
        return bool(
            specs and await self._database.write(partial(notices.owe, news=news, specs=specs, now=now))
        )
