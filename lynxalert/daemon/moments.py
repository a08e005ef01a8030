"""An instant → what an engineer asks of it afterwards: what fired, what kept quiet and why, what had been sent.

Put together from what is on record of that instant; the weighing of overlays is the same as when messages are decided.
"""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lynxalert.alerts import Instance, Key, Phase
from lynxalert.alerts.changes import lifecycle
from lynxalert.alerts.health import Health, HealthState
from lynxalert.api.recalling import Looked
from lynxalert.daemon.happenings import line_of
from lynxalert.daemon.quiet import Quietness, labels_of
from lynxalert.daemon.records import evaluation_of, health_of, overlay_of, transition_of
from lynxalert.notify.model import Overlay, Quiet
from lynxalert.state import Database, Transaction, definitions, happenings, moments, overlays, told
from lynxalert.state.happenings import Place
from lynxalert.state.lines import Line, Named
from lynxalert.state.moments import Moment, Shown, Unjudged
from lynxalert.state.told import ToldThen

MOST_MESSAGES = 20  # of an instance: the newest
_SOUNDING = (str(Phase.FIRING), str(Phase.RECOVERING))


class Moments:
    """What was on record at any instant that is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, name: str) -> str | None:
        """The id of the alert that has or had this id, or this key in a file."""
        async with self._database.read() as tx:
            return await definitions.ever(tx, name)

    async def at(
        self,
        instant: dt.datetime,
        alert_id: str | None = None,
        limit: int | None = None,
        after: tuple[str, str, str] | None = None,
    ) -> Looked:
        """The first *limit* lines behind the place *after*, an instance each, or an alert that has none; the rest summed up.

        With *alert_id* of this alert alone, though it had nothing to say.
        """
        return await self._database.look(lambda tx: _looked(tx, instant, alert_id, limit, after))

    async def within(
        self, start: dt.datetime, end: dt.datetime, limit: int, after: Place | None, alert_id: str | None
    ) -> Sequence[tuple[Place, Mapping[str, Any]]]:
        """What was recorded from *start* on and before *end*, oldest first, each with its place to page by."""
        async with self._database.read() as tx:
            found = await happenings.within(tx, start, end, limit, after=after, alert_id=alert_id)
            names = await happenings.names(tx, sorted({each.alert_id for each in found}))
            silences = {each.id: each for each in await overlays.all_silences(tx)}
        return [(each.place, line_of(each, names, silences)) for each in found]


async def _looked(
    tx: Transaction,
    instant: dt.datetime,
    alert_id: str | None,
    limit: int | None,
    after: tuple[str, str, str] | None,
) -> Looked:
    found = await moments.moment(tx, instant)
    every = lines_of(found, alert_id)
    first = 0 if after is None else bisect_right(every, after, key=lambda each: each.place)
    page = every[first:] if limit is None else every[first : first + limit]
    ids = dict.fromkeys(each.alert_id for each in page)
    places = [(each.alert_id, each.key) for each in page if each.stood is not None]
    shown = await moments.shown(tx, instant, places, ids)
    episodes = {one.episode.id for some in shown.instances.values() for one in some.values() if one.episode}
    messages = await told.told_of(tx, episodes, instant)
    later, unsaid = await moments.known_later(tx, instant, alert_id)
    owed, unlisted = await told.overdue(tx, instant, alert_id)
    waited = await moments.unjudged(tx, instant, alert_id)
    spoken = {*(each.alert_id for each in owed), *(each.transition.alert_id for each in later)}
    names = await happenings.names(tx, sorted(spoken))
    quiet = quietness_of(found)
    unseen = sum(max(0, len(each) - MOST_MESSAGES) for each in messages.values())
    return Looked(
        {
            "at": instant,
            "summary": _summary(found, every, quiet),
            "unjudged": _unjudged(waited),
            "alerts": [_alert(found, shown, each, quiet, messages) for each in ids],
            "undelivered": [{"alert": _named(each.alert_id, names), **_undelivered(each)} for each in owed],
            "known_later": [
                {"alert": _named(each.transition.alert_id, names), **transition_of(each)} for each in later
            ],
            "truncated": {"undelivered": unlisted, "known_later": unsaid, "messages": unseen},
        },
        page[-1].place if page and page[-1] is not every[-1] else None,
        len(every),
    )


class Listed(NamedTuple):
    """A line of the list, in its order: an alert, and an instance of it unless it has none."""

    name: str
    alert_id: str
    key: Key
    stood: Line | None

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands."""
        return self[:3]


def lines_of(found: Moment, alert_id: str | None = None) -> list[Listed]:
    """Every alert with something to say, in order: a line for each of its instances, or one for itself."""
    names = {each.id: each.name for each in found.alerts.values() if alert_id in (None, each.id)}
    listed = [
        Listed(names[each.alert_id], each.alert_id, each.key, each)
        for each in found.lines
        if each.alert_id in names
    ]
    mutes = {each.alert_id for each in found.silences if each.alert_id and each.is_active(found.at)}
    wanted = {alert_id} if alert_id is not None else found.healths.keys() | found.gaps.keys() | mutes
    alone = (wanted & names.keys()) - {each.alert_id for each in listed}
    return sorted([*listed, *(Listed(names[each], each, "", None) for each in alone)])


def quietness_of(found: Moment) -> Quietness:
    """Every reason to stay quiet that held then."""
    active = tuple(each for each in found.silences if each.is_active(found.at))
    if not found.inhibitions:
        return Quietness(found.at, active, found.acks)
    firing = [
        labels_of(found.alerts[each.alert_id], json.loads(each.key))
        for each in sorted(found.lines, key=lambda line: (line.alert_id, line.key))
        if each.alert_id in found.alerts and each.phase in _SOUNDING
    ]
    return Quietness(found.at, active, found.acks, found.inhibitions, firing)


def _alert(
    found: Moment,
    shown: Shown,
    alert_id: str,
    quiet: Quietness,
    messages: Mapping[str, Sequence[ToldThen]],
) -> dict[str, Any]:
    alert, standing = shown.alerts[alert_id], shown.instances[alert_id]
    by_key = quiet.of_instances(
        alert, ((key, each.labels, each.episode.id if each.episode else "") for key, each in standing.items())
    )
    last, gap = shown.evaluations.get(alert.id), found.gaps.get(alert.id)
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
        "messages": [_message(one) for one in messages[-MOST_MESSAGES:]],
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


def _summary(found: Moment, every: Sequence[Listed], quiet: Quietness) -> dict[str, Any]:
    alerts = {each.alert_id: found.alerts[each.alert_id] for each in every}
    stood = [(alerts[each.alert_id], each.stood) for each in every if each.stood is not None]
    phases = Counter(each.phase for _, each in stood)
    states = Counter(found.healths[each].state for each in alerts if each in found.healths)
    return {
        **{str(phase): phases[str(phase)] for phase in Phase},
        "quiet_alerts": sum(bool(quiet.of_alert(each)) for each in alerts.values()),
        "quiet_instances": sum(each.flapping or _is_quiet(quiet, alert, each) for alert, each in stood),
        "alerts_in_error": states[HealthState.ERROR],
        "alerts_behind": states[HealthState.BEHIND],
        "alerts_in_a_gap": sum(each in found.gaps for each in alerts),
    }


def _is_quiet(quiet: Quietness, alert: Named, stood: Line) -> bool:
    if not (quiet.silences or quiet.acks or quiet.inhibitions):
        return False
    (held,) = quiet.of_instances(alert, [(stood.key, json.loads(stood.key), stood.episode or "")]).values()
    return bool(held)


def _unjudged(waited: Unjudged | None) -> dict[str, Any] | None:
    if waited is None:
        return None
    return {
        "slots": waited.slots,
        "alerts": waited.alerts,
        "judged_from": waited.first,
        "judged_to": waited.last,
    }
