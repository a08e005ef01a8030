"""The settings in force → the links of messages: those to this daemon only where people are told its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from lynxalert.access.passes import Passes
from lynxalert.config import Settings
from lynxalert.notify.facts import Occasion
from lynxalert.notify.links import Signpost, runbook
from lynxalert.notify.message import Link


class Linking:
    """Links of occasions, signed with *passes*; the address may change with a reload."""

    def __init__(self, passes: Passes, settings: Callable[[], Settings]) -> None:
        self._passes = passes
        self._settings = settings

    def __call__(self, occasion: Occasion, now: dt.datetime) -> tuple[Link, ...]:
        """Those of *occasion* as of *now*."""
        server = self._settings().server
        if server.public_url is None:
            return tuple(runbook(occasion))
        base = server.public_url.rstrip("/")
        return Signpost(base, self._passes.sign, acts=server.action_links).links(occasion, now)
