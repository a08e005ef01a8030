"""What channels are owed → how long the oldest of it has waited, by channel, as of a look at `/metrics`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Gauge

from lynxalert.clock import Clock
from lynxalert.notify.model import Target
from lynxalert.state import Database, owed


class Backlog:
    """The gauge of it; *known* are the channels of which something is known, told as 0 while nothing waits."""

    def __init__(
        self,
        registry: CollectorRegistry,
        database: Database,
        clock: Clock,
        known: Callable[[], Iterable[Target]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._known = known
        self._age = Gauge(
            "lynxalert_delivery_oldest_waiting_seconds",
            "Since when the oldest message that could be sent waits, by channel.",
            ("type", "channel"),
            registry=registry,
        )

    async def look(self) -> None:
        """Bring it up to date; what a mute or a group holds does not count."""
        oldest, now = await self._database.look(owed.oldest_by_target), self._clock.now()
        ages = {(each.type, each.name): 0.0 for each in self._known()}
        for target, since in oldest.items():
            name = (target.type, target.name)
            ages[name] = max(ages.get(name, 0.0), (now - since).total_seconds())
        self._age.clear()
        for name, age in ages.items():
            self._age.labels(*name).set(age)
