"""Deliveries and channels as the interface shows them: read from the state, and a failed one tried again by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from lynxalert.access import Actor
from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.api.ports import NotFailedError, UnknownDeliveryError
from lynxalert.clock import Clock
from lynxalert.config import Settings
from lynxalert.daemon.records import delivery_of
from lynxalert.notify.breaker import PATIENCE
from lynxalert.notify.channel import target as target_of_channel
from lynxalert.notify.model import Status, Target
from lynxalert.notify.queueing import made, target_of
from lynxalert.notify.wellbeing import ChannelHealth, Wellbeing
from lynxalert.state import Attempt, Database, StoredOutbox, Transaction, audit, definitions, owed
from lynxalert.state.owed import Listed


class Notifications:
    """What was owed, to all channels; *changed* is called when something is owed again."""

    def __init__(
        self,
        database: Database,
        outbox: StoredOutbox,
        clock: Clock,
        settings: Callable[[], Settings],
        changed: Callable[[], None],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._settings = settings
        self._changed = changed

    async def listed(
        self,
        limit: int,
        before: int | None,
        *,
        alert_id: str | None = None,
        status: Collection[Status] = (),
        channel: str | None = None,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """The newest deliveries older than number *before*, newest first."""
        async with self._database.read() as tx:
            found = await owed.listed(
                tx,
                limit=limit,
                before=before,
                alert_id=alert_id,
                status=status,
                channel=channel,
                oldest_first=oldest_first,
            )
        return [_shown(each) for each in found]

    async def find(self, delivery_id: str) -> Mapping[str, Any]:
        """One delivery with every attempt.

        Raises:
            UnknownDeliveryError: there is none of this id.
        """
        async with self._database.read() as tx:
            found = await owed.find(tx, delivery_id)
            if found is None:
                raise UnknownDeliveryError(delivery_id)
            attempts = await owed.attempts_of(tx, delivery_id)
        return {**_shown(found), "log": [_attempt(each) for each in attempts]}

    async def retry(self, delivery_id: str, *, by: Actor) -> Mapping[str, Any]:
        """Queue a failed delivery once more.

        Raises:
            UnknownDeliveryError: there is none of this id.
            NotFailedError: it did not fail.
        """
        now = self._clock.now()

        async def work(tx: Transaction) -> bool:
            if not await owed.try_again(tx, delivery_id, now):
                return False
            await audit.record(tx, by, "notification.retry", delivery_id, now)
            return True

        if not await self._database.write(work):
            found = await self.find(delivery_id)
            raise NotFailedError(f"it is {found['status']}, only a failed one can be tried again")
        self._changed()
        return await self.find(delivery_id)

    async def channels(self) -> Sequence[Mapping[str, Any]]:
        """Every channel of the configuration and of alerts, and every target that was ever tried."""
        settings = self._settings()
        uses: dict[Target, int] = {}
        specs: dict[Target, ChannelSpec] = {}

        async def work(tx: Transaction) -> Mapping[Target, int]:
            for spec in settings.channels.values():
                _use(spec, specs, uses, 0)
            for found in await definitions.every(tx):
                for spec in found.alert.channels:
                    _use(spec, specs, uses, 1)
            return await owed.waiting_by_target(tx)

        waiting = await self._database.look(work)
        known = {each: self._outbox.health_of(each) for each in (*specs, *self._outbox.health)}
        return [
            {
                **_channel(health, self._clock.now()),
                "enabled": specs[place].enabled if place in specs else None,
                "alerts": uses.get(place, 0),
                "waiting": waiting.get(place, 0),
                "error_channel": any(spec in settings.error_specs for spec in (specs.get(place),)),
            }
            for place, health in sorted(known.items(), key=lambda one: (one[0].name, one[0].type))
        ]

    def untried(self, alert: Alert) -> Sequence[int]:
        """The places of its enabled channels that never took a message, nor a test."""
        targets = [target_of(spec) if spec.enabled else None for spec in alert.channels]
        return [place for place, each in enumerate(targets) if each is not None and self._is_untried(each)]

    def _is_untried(self, target: Target) -> bool:
        known = self._outbox.health_of(target)
        return known.accepted_at is None and known.tested != "ok"


class ChannelPart:
    """The channels in `/health`: degraded while one refuses messages, or keeps failing."""

    def __init__(self, health: Callable[[], Iterable[ChannelHealth]]) -> None:
        self._health = health

    def health(self) -> Mapping[str, Any]:
        """How many are in each state, and those that are not well."""
        every = list(self._health())
        ill = [each for each in every if each.state in (Wellbeing.FAILING, Wellbeing.RED)]
        lasting = any(each.state is Wellbeing.RED or each.failures >= PATIENCE for each in ill)
        return {
            "status": "degraded" if lasting else "ok",
            **{str(state): sum(each.state is state for each in every) for state in Wellbeing},
            "ill": [
                {
                    "type": each.target.type,
                    "name": each.target.name,
                    "state": str(each.state),
                    "since": each.since,
                    "reason": each.reason,
                }
                for each in ill
            ],
        }


def _use(spec: ChannelSpec, specs: dict[Target, ChannelSpec], uses: dict[Target, int], many: int) -> None:
    channel = made(spec)
    if channel is not None:
        place = target_of_channel(channel, spec.name)
        specs.setdefault(place, spec)
        uses[place] = uses.get(place, 0) + many


def _channel(health: ChannelHealth, now: dt.datetime) -> dict[str, Any]:
    return {
        "type": health.target.type,
        "name": health.target.name,
        "destination": health.target.destination,
        "stateful": health.target.stateful,
        "state": str(health.state),
        "since": health.since,
        "for_seconds": (now - health.since).total_seconds() if health.since is not None else None,
        "failures": health.failures,
        "last_success": health.accepted_at,
        "last_error": None
        if health.failed_at is None
        else {"at": health.failed_at, "reason": health.reason, "message": health.detail},
        "last_test": None if health.tested_at is None else {"at": health.tested_at, "status": health.tested},
    }


def _shown(listed: Listed) -> dict[str, Any]:
    owed_ = listed.delivery
    alert = {"id": owed_.alert_id or None, "name": owed_.message.alert.get("name")}
    return {**delivery_of(listed), "alert": alert, "group": owed_.group}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.attempt,
        "at": attempt.at,
        "status": str(attempt.status),
        "reason": attempt.reason,
        "error": attempt.detail,
    }
