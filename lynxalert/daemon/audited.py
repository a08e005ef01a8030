"""The audit: rows of changes, written in the transaction of the change, and read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lynxalert.access import Actor
from lynxalert.alerts import Alert
from lynxalert.api.alert_json import public
from lynxalert.notify.probe import TestOutcome
from lynxalert.state import Ack, Database, Silence, Transaction, audit
from lynxalert.state.audit import Change


class Audit:
    """Who changed what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(
        self, *, limit: int, before: int | None = None, oldest_first: bool = False, **equal: str
    ) -> Sequence[Change]:
        """The newest changes, numbers below *before*; *equal* are columns and the values they must have."""
        async with self._database.read() as tx:
            return await audit.listed(tx, limit=limit, before=before, oldest_first=oldest_first, **equal)


async def alert_changed(
    tx: Transaction, by: Actor, old: Alert | None, new: Alert | None, now: dt.datetime
) -> None:
    """Note that *old* became *new*: of a change only the fields that differ, no secret."""
    kept = new or old
    assert kept is not None
    before, after = public(old) if old is not None else None, public(new) if new is not None else None
    if before is not None and after is not None:
        before, after = _differing(before, after), _differing(after, before)
    action = "alert.create" if old is None else "alert.delete" if new is None else "alert.update"
    await audit.record(tx, by, action, kept.id, now, before=before, after=after)


async def silenced(tx: Transaction, by: Actor, made: Silence, now: dt.datetime) -> None:
    """Note a silence, or the mute of an alert."""
    after = {
        "silence": made.id,
        "matchers": [str(each) for each in made.matchers],
        "starts_at": made.starts_at,
        "until": made.ends_at,
        "reason": made.reason,
    }
    action = "silence.create" if made.alert_id is None else "alert.mute"
    await audit.record(tx, by, action, made.alert_id or made.id, now, after=after)


async def acknowledged(tx: Transaction, by: Actor, made: Ack) -> None:
    """Note that somebody knows of an episode."""
    after = {"episode": made.episode, "until": made.until, "note": made.note}
    await audit.record(tx, by, "alert.ack", made.alert_id, made.at, after=after)


async def tested(
    tx: Transaction, by: Actor, alert: Alert, outcomes: Sequence[TestOutcome], now: dt.datetime
) -> None:
    """Note that channels were sent a test message, and which took it."""
    found = [
        {"type": each.type, "name": each.name, "status": "ok" if each.error is None else "error"}
        for each in outcomes
    ]
    await audit.record(tx, by, "alert.test_channels", alert.id, now, after={"results": found})


async def reloaded(
    tx: Transaction, by: Actor, file: str, changes: Mapping[str, Any], now: dt.datetime
) -> None:
    """Note that the configuration was read again, and the keys of the alerts that came, changed and went."""
    await audit.record(tx, by, "config.reload", file, now, after=changes)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in other or other[name] != value}
