"""What people keep quiet, and what they know of: silences and acknowledgements as the interface makes them."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lynxalert.access import ANYONE, Actor
from lynxalert.alerts import Alert, ChannelSpec, Instance
from lynxalert.api.ports import MadeAlreadyError, NothingFiresError
from lynxalert.clock import Clock
from lynxalert.daemon import audited
from lynxalert.daemon.release import let_speak
from lynxalert.notify.knowing import acknowledgements
from lynxalert.notify.matchers import Matcher
from lynxalert.state import (
    Ack,
    Database,
    Silence,
    Transaction,
    audit,
    instances,
    outbox,
    overlays,
    owed,
)

MOST_NAMED = 5  # instances that a refusal names


class Silencing:
    """Silences and acknowledgements at rest. *changed* is called after each that lets something be told."""

    def __init__(
        self, database: Database, clock: Clock, changed: Callable[[Iterable[ChannelSpec]], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def all(self) -> Sequence[Silence]:
        """Every silence and mute there was, earliest first."""
        async with self._database.read() as tx:
            return await overlays.all_silences(tx)

    async def create(
        self,
        matchers: Sequence[Matcher],
        starts_at: dt.datetime,
        ends_at: dt.datetime | None,
        reason: str,
        *,
        by: Actor = ANYONE,
        silence_id: str | None = None,
    ) -> Silence:
        """Keep quiet what *matchers* match, without an end if *ends_at* is None; one of that id stays as it stands.

        Raises:
            MadeAlreadyError: there is one of that id with other matchers or another reason.
        """
        made = Silence(
            id=silence_id or "sil_" + secrets.token_hex(8),
            matchers=tuple(matchers),
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            who=by.name,
        )

        async def work(tx: Transaction) -> Silence:
            now = self._clock.now()
            stored = await overlays.find(tx, made.id)
            if stored is not None:
                if (stored.matchers, stored.reason) != (made.matchers, made.reason):
                    raise MadeAlreadyError(f"for {made.id}, which is another silence")
                return stored
            await overlays.silence(tx, made, now)
            await audited.silenced(tx, by, made, now)
            return made

        return await self._database.write(work)

    async def end(self, silence_id: str, *, tell_still_firing: bool, by: Actor = ANYONE) -> bool:
        """End a silence or mute by hand; whether it still held or was to come. Ends that it held go out."""

        async def work(tx: Transaction) -> bool:
            now = self._clock.now()
            if not await overlays.end(tx, silence_id, now):
                return False
            ended = next(each for each in await overlays.all_silences(tx) if each.id == silence_id)
            await audit.record(tx, by, "silence.end", silence_id, now)
            await let_speak(tx, now, tell_still_firing=tell_still_firing, ended=ended)
            return True

        ended = await self._database.write(work)
        self._changed(())
        return ended

    async def acknowledge(
        self,
        alert: Alert,
        key: Mapping[str, Any] | None,
        until: dt.datetime | None,
        note: str,
        *,
        by: Actor = ANYONE,
    ) -> Sequence[Mapping[str, Any]]:
        """Stop the repeats of what fires of *alert*: of the instance *key*, or of all; pagers are told that somebody knows.

        Raises:
            NothingFiresError: there is no open episode.
        """

        async def work(tx: Transaction) -> list[dict[str, Any]]:
            told = []
            for each in await _open(tx, alert, key):
                assert each.episode is not None
                made = Ack(
                    episode=each.episode.id,
                    alert_id=alert.id,
                    at=self._clock.now(),
                    until=until,
                    who=by.name,
                    note=note,
                )
                await overlays.acknowledge(tx, made)
                await audited.acknowledged(tx, by, made)
                accepted = await owed.delivered_of(tx, made.episode)
                await outbox.enqueue(tx, acknowledgements(accepted, made.who, note, made.at))
                told.append(
                    {"key": json.loads(each.key), "episode": made.episode, "at": made.at, "until": until}
                )
            return told

        acknowledged = await self._database.write(work)
        self._changed(())
        return acknowledged

    async def unacknowledge(self, alert: Alert, key: Mapping[str, Any] | None, *, by: Actor = ANYONE) -> None:
        """Let it be repeated again.

        Raises:
            NothingFiresError: there is no open episode.
        """

        async def work(tx: Transaction) -> None:
            now = self._clock.now()
            for each in await _open(tx, alert, key):
                assert each.episode is not None
                if await overlays.unacknowledge(tx, each.episode.id, now):
                    before = {"episode": each.episode.id}
                    await audit.record(tx, by, "alert.unack", alert.id, now, before=before)

        await self._database.write(work)


async def _open(tx: Transaction, alert: Alert, key: Mapping[str, Any] | None) -> list[Instance]:
    standing = (await instances.of(tx, [alert.id]))[alert.id].values()
    found = [each for each in standing if each.episode and key in (None, json.loads(each.key))]
    if not found:
        firing = [each.key for each in standing if each.episode]
        known = f"nothing with this key fires; there is {', '.join(firing[:MOST_NAMED])}"
        raise NothingFiresError(known if key is not None and firing else "nothing of it fires")
    return found
