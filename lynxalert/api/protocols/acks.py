"""Acknowledgement ids of Splunk's HTTP Event Collector: one count per channel.

An id is only handed out once its events are on the disk, so its status is true from the beginning. The counts are not
kept: after a restart an old id is unknown, and a sender that had not asked yet sends again.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

from aiohttp import web

CHANNEL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOST_CHANNELS = 10_000  # the one not used for longest is forgotten


class Acks:
    """How many ids each channel has had."""

    def __init__(self) -> None:
        self._next: OrderedDict[str, int] = OrderedDict()

    def issue(self, channel: str) -> int:
        """The next id of *channel*, for events that are stored."""
        channel = channel.lower()
        number = self._next.pop(channel, 0)
        self._next[channel] = number + 1
        if len(self._next) > MOST_CHANNELS:
            self._next.popitem(last=False)
        return number

    def status(self, channel: str, ids: Iterable[int]) -> dict[str, bool]:
        """Whether each of *ids* was handed out, by its text."""
        end = self._next.get(channel.lower(), 0)
        return {str(each): 0 <= each < end for each in ids}


ACKS = web.AppKey("acks", Acks)
