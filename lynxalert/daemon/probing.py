"""Channels → asked at an interval how far one gets with them, without a message: a dead one is known before it is needed.

Error channels hear of a channel that was not reached twice in a row, once, and when it is reached again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping

import structlog

from lynxalert.alerts import ChannelSpec
from lynxalert.clock import Clock
from lynxalert.config import Settings
from lynxalert.notify.http import Http
from lynxalert.notify.model import Level, ProbeReport, Target
from lynxalert.notify.news import News
from lynxalert.notify.probe import probe
from lynxalert.notify.queueing import target_of
from lynxalert.state import Database, StoredOutbox, Transaction, definitions, is_trouble, notices, reason_of

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.probing")

IDLE = dt.timedelta(minutes=1)  # how often to see which probes are due: no interval is shorter
AT_ONCE = 8
UNREACHABLE = "unreachable"


class Probing:
    """Probes every enabled channel of the file and of alerts; *changed* is called when error channels are owed something."""

    def __init__(
        self,
        database: Database,
        outbox: StoredOutbox,
        http: Http,
        settings: Callable[[], Settings],
        changed: Callable[[], None],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._http = http
        self._settings = settings
        self._changed = changed
        self._asked: dict[Target, dt.datetime] = {}  # when each was last probed; forgotten with the process

    @property
    def _clock(self) -> Clock:
        return self._http.clock

    async def run(self) -> None:
        """Say which channels nobody ever tried; then probe each at its interval, until cancelled."""
        await self._outbox.learn()
        untried = sorted(
            each.name for place, each in (await self._specs()).items() if self._is_untried(place)
        )
        if untried:
            log.warning(
                "channels_never_tested",
                channels=untried,
                test="POST /api/v1/alerts/{id}/test-channels sends each channel of an alert a [TEST] message",
            )
        while True:
            try:
                await self.probe_due()
            except Exception as error:
                if not is_trouble(error):
                    raise
                log.warning("probe_not_noted", reason=reason_of(error))  # asked again at its interval
            await self._clock.sleep(IDLE)

    async def probe_due(self) -> Mapping[Target, ProbeReport]:
        """Probe the channels that were not asked for as long as their interval, or `[probe] interval`; what was found."""
        specs, now = await self._specs(), self._clock.now()
        self._asked = {place: at for place, at in self._asked.items() if place in specs and at <= now}
        due = {place: spec for place, spec in specs.items() if self._is_due(place, spec, now)}
        return await self._probe(due)

    async def probe(self) -> Mapping[Target, ProbeReport]:
        """Probe every channel once; what was found."""
        return await self._probe(await self._specs())

    def _is_due(self, place: Target, spec: ChannelSpec, now: dt.datetime) -> bool:
        interval, asked = spec.probe_interval or self._settings().probe.interval, self._asked.get(place)
        return interval is not None and (asked is None or asked + interval <= now)

    async def _probe(self, specs: Mapping[Target, ChannelSpec]) -> Mapping[Target, ProbeReport]:
        turn = asyncio.Semaphore(AT_ONCE)
        self._asked |= dict.fromkeys(specs, self._clock.now())

        async def one(spec: ChannelSpec) -> ProbeReport:
            async with turn:
                return await probe(spec, self._http)

        reports = dict(zip(specs, await asyncio.gather(*map(one, specs.values())), strict=True))
        for place, report in reports.items():
            await self._note(place, report)
        return reports

    async def _note(self, place: Target, report: ProbeReport) -> None:
        twice = self._outbox.health_of(place).tested == UNREACHABLE
        now = self._clock.now()
        await self._outbox.tested(place, now, report.status)
        if report.status == UNREACHABLE:
            log.warning("channel_unreachable", type=place.type, name=place.name, reason=report.note)
        if report.level is Level.NONE and report.status != UNREACHABLE:
            return  # there is nothing to ask
        if report.status != UNREACHABLE or twice:
            news, specs = _news(place, report, now), self._settings().error_specs
            owed = await self._database.write(lambda tx: notices.owe(tx, news, specs, now, but=place))
            if owed:
                self._changed()

    async def _specs(self) -> dict[Target, ChannelSpec]:
        settings = self._settings()

        async def work(tx: Transaction) -> dict[Target, ChannelSpec]:
            of_alerts = (spec for each in await definitions.every(tx) for spec in each.alert.channels)
            specs = [*settings.channels.values(), *of_alerts]
            found = {target_of(spec): spec for spec in specs if spec.enabled}
            return {place: spec for place, spec in found.items() if place is not None}

        return await self._database.look(work)

    def _is_untried(self, place: Target) -> bool:
        health = self._outbox.health_of(place)
        return health.tested_at is None and health.accepted_at is None


def _news(place: Target, report: ProbeReport, now: dt.datetime) -> News:
    name, over = f"{place.name} ({place.type})", report.status != UNREACHABLE
    return News(
        topic="channel_unreachable",
        about=f"{name} {place.destination}",
        title=f"Channel {name} {'is reached again' if over else 'is not reached'}",
        text=report.note,
        at=now,
        is_over=over,
    )
