"""What `/history` asks for: the protocol that the daemon implements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Looked(NamedTuple):
    """What was on record, the place *last* behind which the next page begins, if there is one, and how many lines there are."""

    found: Mapping[str, Any]
    last: tuple[str, str, str] | None
    total: int


class Moments(Protocol):
    """What was on record at any instant that is remembered, deleted alerts included."""

    async def known(self, name: str) -> str | None:
        """The id of the alert that has or had this id, or this key in a file."""
        ...

    async def at(
        self,
        instant: dt.datetime,
        alert_id: str | None = None,
        limit: int | None = None,
        after: tuple[str, str, str] | None = None,
    ) -> Looked:
        """What fired, what kept quiet and why, what had been sent; of one alert or all, *limit* instances behind *after*."""
        ...

    async def within(
        self,
        start: dt.datetime,
        end: dt.datetime,
        limit: int,
        after: tuple[dt.datetime, int, int] | None,
        alert_id: str | None,
    ) -> Sequence[tuple[tuple[dt.datetime, int, int], Mapping[str, Any]]]:
        """What was recorded from *start* on and before *end*, behind the place *after*, oldest first with its place."""
        ...
