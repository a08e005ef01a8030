"""An instant → what an engineer asks of it afterwards: what fired, what kept quiet and why, what had been sent.

Put together from what is on record of that instant; the weighing of overlays is the same as when messages are decided.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lynxalert.alerts import Alert, Instance, Key, Phase
from lynxalert.alerts.changes import lifecycle
from lynxalert.alerts.health import Health
from lynxalert.daemon.happenings import line_of
from lynxalert.daemon.quiet import Quietness, labels_of
from lynxalert.daemon.records import evaluation_of, health_of, overlay_of, transition_of
from lynxalert.notify.model import Overlay, Quiet
from lynxalert.state import Database, definitions, happenings, moments, overlays, told
from lynxalert.state.happenings import Place
from lynxalert.state.moments import Moment, Unjudged
from lynxalert.state.told import ToldThen

_SOUNDING = (Phase.FIRING, Phase.RECOVERING)
_OF_ALL = (Quiet.MUTED, Quiet.OFF_SCHEDULE)


class Moments:
    """What was on record at any instant that is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, name: str) -> str | None:
        """The id of the alert that has or had this id, or this key in a file."""
        async with self._database.read() as tx:
            return await definitions.ever(tx, name)

    async def at(self, instant: dt.datetime, alert_id: str | None = None) -> Mapping[str, Any]:
        """All of it; with *alert_id* of this alert alone, though it had nothing to say."""
        async with self._database.read() as tx:
            found = await moments.moment(tx, instant, alert_id)
            later, unsaid = await moments.known_later(tx, instant, alert_id)
            waited = await moments.unjudged(tx, instant, alert_id)
            mine = {each: alert for each, alert in found.alerts.items() if alert_id in (None, each)}
            standing = {each: found.instances.get(each, {}) for each in mine}
            episodes = {
                one.episode.id
                for some in standing.values()
                for one in some.values()
                if one.episode is not None
            }
            messages = await told.told_of(tx, episodes, instant)
            owed, unlisted = await told.overdue(tx, instant, alert_id)
            names = await happenings.names(
                tx, sorted({*(each.alert_id for each in owed), *(each.transition.alert_id for each in later)})
            )
        quiet = quietness_of(found)
        shown = [_alert(found, mine[each], standing[each], quiet, messages) for each in mine]
        return {
            "at": instant,
            "summary": _summary(shown, [one for some in standing.values() for one in some.values()]),
            "unjudged": _unjudged(waited),
            "alerts": sorted(shown, key=lambda each: (each["name"], each["id"])),
            "undelivered": [{"alert": _named(each.alert_id, names), **_undelivered(each)} for each in owed],
            "known_later": [
                {"alert": _named(each.transition.alert_id, names), **transition_of(each)} for each in later
            ],
            "truncated": {"undelivered": unlisted, "known_later": unsaid},
        }

    async def within(
        self, start: dt.datetime, end: dt.datetime, limit: int, after: Place | None, alert_id: str | None
    ) -> Sequence[tuple[Place, Mapping[str, Any]]]:
        """What was recorded from *start* on and before *end*, oldest first, each with its place to page by."""
        async with self._database.read() as tx:
            found = await happenings.within(tx, start, end, limit, after=after, alert_id=alert_id)
            names = await happenings.names(tx, sorted({each.alert_id for each in found}))
            silences = {each.id: each for each in await overlays.all_silences(tx)}
        return [(each.place, line_of(each, names, silences)) for each in found]


def quietness_of(found: Moment) -> Quietness:
    """Every reason to stay quiet that held then."""
    firing = [
        labels_of(found.alerts[alert_id], each.labels)
        for alert_id, standing in found.instances.items()
        if alert_id in found.alerts
        for each in standing.values()
        if each.phase in _SOUNDING
    ]
    active = tuple(each for each in found.silences if each.is_active(found.at))
    return Quietness(found.at, active, found.acks, found.inhibitions, firing if found.inhibitions else ())


def _alert(
    found: Moment,
    alert: Alert,
    standing: Mapping[Key, Instance],
    quiet: Quietness,
    messages: Mapping[str, Sequence[ToldThen]],
) -> dict[str, Any]:
    by_key = quiet.of_instances(
        alert, ((key, each.labels, each.episode.id if each.episode else "") for key, each in standing.items())
    )
    last, gap = found.evaluations.get(alert.id), found.gaps.get(alert.id)
    return {
        "id": alert.id,
        "name": alert.name,
        "key_in_file": alert.file_key,
        "version": alert.version,
        "severity": alert.severity,
        "q": alert.query,
        "lifecycle": str(lifecycle(alert, found.at)),
        "health": health_of(found.healths.get(alert.id, Health())),
        "overlays": [overlay_of(each) for each in quiet.of_alert(alert)],
        "last_evaluation": evaluation_of(last) if last is not None else None,
        "gap": evaluation_of(gap) if gap is not None else None,
        "instances": [
            _instance(each, by_key[key], messages.get(each.episode.id, ()) if each.episode else ())
            for key, each in sorted(standing.items())
        ],
    }


def _instance(each: Instance, overlays: Iterable[Overlay], messages: Sequence[ToldThen]) -> dict[str, Any]:
    flapping = [overlay_of(Overlay(Quiet.FLAPPING))] if each.flapping else []
    return {
        "key": json.loads(each.key),
        "condition": str(each.phase),
        "since": each.since,
        "value": each.match.value if each.match else None,
        "result": dict(each.match.values) if each.match else None,
        "tier": each.episode.tier if each.episode else None,
        "episode": each.episode.id if each.episode else None,
        "started": each.episode.started if each.episode else None,
        "overlays": [*map(overlay_of, overlays), *flapping],
        "messages": [_message(one) for one in messages],
    }


def _message(one: ToldThen) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "sequence": one.sequence,
        "channel": {"type": one.channel_type, "name": one.channel_name},
        "status": str(one.status),
        "reason": one.reason,
        "error": one.detail,
        "attempts": one.attempts,
        "at": one.at,
    }


def _named(alert_id: str, names: Mapping[str, str]) -> dict[str, Any] | None:
    return {"id": alert_id, "name": names.get(alert_id)} if alert_id else None


def _undelivered(one: ToldThen) -> dict[str, Any]:
    return {"key": json.loads(one.key), **_message(one)}


def _summary(shown: Sequence[Mapping[str, Any]], standing: Sequence[Instance]) -> dict[str, Any]:
    quiet = [each for each in shown if any(one["reason"] in map(str, _OF_ALL) for one in each["overlays"])]
    states = [each["health"]["state"] for each in shown]
    counts = {str(phase): sum(each.phase is phase for each in standing) for phase in Phase}
    return {
        **counts,
        "quiet_alerts": len(quiet),
        "quiet_instances": sum(bool(one["overlays"]) for each in shown for one in each["instances"]),
        "alerts_in_error": states.count("error"),
        "alerts_behind": states.count("behind"),
        "alerts_in_a_gap": sum(each["gap"] is not None for each in shown),
    }


def _unjudged(waited: Unjudged | None) -> dict[str, Any] | None:
    if waited is None:
        return None
    return {
        "slots": waited.slots,
        "alerts": waited.alerts,
        "judged_from": waited.first,
        "judged_to": waited.last,
    }
