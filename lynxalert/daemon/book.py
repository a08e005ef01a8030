"""The alerts in force: what the interface reads and edits of them, each edit one transaction.

What an edit does to instances and deliveries is `edits`; how a row is shown is `records`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lynxalert.access import ANYONE, Actor
from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.api.ports import MadeAlreadyError, StaleError, Standing, Stretch, Told, UnknownAlertError
from lynxalert.clock import Clock
from lynxalert.daemon import audited
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.quiet import quietness
from lynxalert.daemon.records import (
    delivery_of,
    evaluation_of,
    instance_of,
    told_of,
    transition_of,
)
from lynxalert.daemon.release import let_speak, think_again
from lynxalert.daemon.shelved import Remembered, standings_of
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Quiet, Status
from lynxalert.state import (
    Database,
    Definition,
    Silence,
    Transaction,
    audit,
    definitions,
    evidence,
    history,
    instances,
    listing,
    overlays,
    owed,
)
from lynxalert.state.listing import Wanted


class Book:
    """Alerts from files and from the interface, side by side.

    *changed* is called after every edit, with the channels that the alert has now.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        edits: Edits,
        changed: Callable[[Iterable[ChannelSpec]], None],
        inhibitions: Callable[[], Sequence[Inhibition]] = tuple,
    ) -> None:
        self._database = database
        self._clock = clock
        self._edits = edits
        self._changed = changed
        self._inhibitions = inhibitions
        self._known = Remembered()

    async def all(self) -> Sequence[Standing]:
        """Every alert, by name."""
        return (await self.listed(Wanted(), None, None)).standings

    async def listed(self, wanted: Wanted, limit: int | None, after: tuple[str | int, str] | None) -> Stretch:
        """The first *limit* alerts that are *wanted*, behind the one with that place and id."""

        async def work(tx: Transaction) -> Stretch:
            page = await listing.page(tx, wanted, limit, after)
            found = await self._known.of(tx, page.places)
            standings = await standings_of(tx, found, self._clock.now())
            return Stretch(standings, [each.value for each in page.places], page.total)

        return await self._database.look(work)

    async def find(self, name: str) -> Standing:
        """One alert, by id or by its key in a file.

        Raises:
            UnknownAlertError: there is none.
        """

        async def work(tx: Transaction) -> Standing:
            return (await standings_of(tx, [await _known(tx, name)], self._clock.now()))[0]

        return await self._database.look(work)

    async def create(
        self, alert: Alert, document: Mapping[str, Any] | None = None, *, by: Actor = ANYONE
    ) -> Standing:
        """Store a new alert; durable before this returns. One of its id that is the same stays as it stands.

        Raises:
            MadeAlreadyError: there is another of its id.
        """

        async def work(tx: Transaction) -> None:
            now = self._clock.now()
            stored = await definitions.load(tx, alert.id)
            if stored is not None:
                if replace(stored.alert, version=alert.version) != alert:
                    raise MadeAlreadyError(f"for {alert.id}, which is another alert, or was changed since")
                return
            await self._edits.put(tx, alert, now, document)
            await audited.alert_changed(tx, by, None, alert, now)

        return await self._edited(alert.id, work)

    async def told(self, alert_ids: Sequence[str]) -> Mapping[str, Told]:
        """What became known of these alerts, by id."""
        async with self._database.read() as tx:
            accepted = await owed.accepted(tx, alert_ids)
            standing = await instances.of(tx, alert_ids)
        return {each: told_of(accepted.get(each), standing[each].values()) for each in alert_ids}

    async def replace(
        self,
        alert: Alert,
        revision: int,
        document: Mapping[str, Any] | None = None,
        *,
        by: Actor = ANYONE,
    ) -> Standing:
        """Put *alert* in the place of what has its id, if that still has this *revision*.

        Raises:
            UnknownAlertError: it is gone.
            StaleError: somebody else was faster.
        """

        async def work(tx: Transaction) -> None:
            stored = await _known(tx, alert.id)
            if stored.revision != revision:
                raise StaleError("the alert was changed in the meantime")
            kept = replace(alert, source=stored.alert.source, file_key=stored.alert.file_key)
            now = self._clock.now()
            await self._edits.put(tx, kept, now, document or stored.document)
            await audited.alert_changed(tx, by, stored.alert, kept, now)

        return await self._edited(alert.id, work)

    async def delete(self, alert: Alert, *, by: Actor = ANYONE) -> None:
        """Remove it; what fires ends as `deleted`.

        Raises:
            UnknownAlertError: it is gone already.
        """

        async def work(tx: Transaction) -> None:
            now = self._clock.now()
            if not await self._edits.remove(tx, alert.id, now):
                raise UnknownAlertError(alert.id)
            await audited.alert_changed(tx, by, alert, None, now)

        await self._database.write(work)
        self._changed(())

    async def mute(
        self, alert: Alert, until: dt.datetime | None, reason: str | None, *, by: Actor = ANYONE
    ) -> Standing:
        """Keep it quiet, without an end if *until* is None; an earlier mute ends."""
        silence = Silence(
            id="sil_" + secrets.token_hex(8),
            alert_id=alert.id,
            starts_at=self._clock.now(),
            ends_at=until,
            reason=reason or "",
            who=by.name,
        )

        async def work(tx: Transaction) -> None:
            await overlays.silence(tx, silence)
            await think_again(tx, alert.id, Quiet.MUTED, silence.starts_at)
            await audited.silenced(tx, by, silence, silence.starts_at)

        return await self._edited(alert.id, work)

    async def unmute(self, alert: Alert, *, tell_still_firing: bool, by: Actor = ANYONE) -> Standing:
        """Let it speak again: at the next transition, or at once of what still fires. Ends it held go out."""

        async def work(tx: Transaction) -> None:
            now = self._clock.now()
            if await overlays.unmute(tx, alert.id, now):
                await audit.record(tx, by, "alert.unmute", alert.id, now)
                await let_speak(tx, now, tell_still_firing=tell_still_firing, ended=alert.id)

        return await self._edited(alert.id, work)

    async def history(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """Its transitions, newest first."""
        async with self._database.read() as tx:
            found = await history.transitions_of(
                tx, alert.id, limit=limit, before=before, kinds=kinds, oldest_first=oldest_first
            )
            frozen = await evidence.of(tx, {each.transition.episode for each in found})
        return [
            transition_of(each, frozen.get(each.transition.episode, ()) if each.transition.is_start else ())
            for each in found
        ]

    async def notifications(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """What was owed to its channels, newest first."""
        async with self._database.read() as tx:
            found = await owed.listed(
                tx,
                limit=limit,
                before=before,
                alert_id=alert.id,
                status=[Status(each) for each in kinds],
                oldest_first=oldest_first,
            )
        return [delivery_of(each) for each in found]

    async def evaluations(
        self,
        alert: Alert,
        limit: int,
        before: int | None,
        kinds: Collection[str] = (),
        *,
        oldest_first: bool = False,
    ) -> Sequence[Mapping[str, Any]]:
        """Its evaluations, newest first."""
        async with self._database.read() as tx:
            found = await history.evaluations_of(
                tx, alert.id, limit=limit, before=before, kinds=kinds, oldest_first=oldest_first
            )
        return [evaluation_of(each) for each in found]

    async def instances(self, alert: Alert) -> Sequence[Mapping[str, Any]]:
        """Its instances, by key."""
        async with self._database.read() as tx:
            found = (await instances.of(tx, [alert.id]))[alert.id]
            frozen = await evidence.of(tx, {each.episode.id for each in found.values() if each.episode})
            quiet = await quietness(tx, self._clock.now(), self._inhibitions())
        acks = quiet.acks or {}
        episodes = {key: each.episode.id if each.episode else "" for key, each in found.items()}
        held = quiet.of_instances(alert, ((key, each.labels, episodes[key]) for key, each in found.items()))
        of_all = quiet.of_alert(alert)
        return [
            instance_of(each, acks.get(episodes[key]), frozen.get(episodes[key], ()), (*of_all, *held[key]))
            for key, each in found.items()
        ]

    async def _edited(self, alert_id: str, work: Callable[[Transaction], Any]) -> Standing:
        await self._database.write(work)
        standing = await self.find(alert_id)
        self._changed(standing.alert.channels)
        return standing


async def _known(tx: Transaction, name: str) -> Definition:
    found = await definitions.load(tx, name)
    if found is None:
        raise UnknownAlertError(name)
    return found
