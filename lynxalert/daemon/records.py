"""Rows of the state → the plain objects that the interface shows. Pure; no secret is in any of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from lynxalert.access.passes import unsigned
from lynxalert.alerts import Instance, Phase
from lynxalert.alerts.counts import Counts
from lynxalert.alerts.health import Health, HealthState
from lynxalert.api.ports import Told
from lynxalert.notify.model import Overlay, Quiet
from lynxalert.state.definitions import Definition
from lynxalert.state.history import Evaluation, Recorded
from lynxalert.state.instances import Cursor
from lynxalert.state.overlays import Ack, Silence
from lynxalert.state.owed import Accepted, Listed

_BADNESS = (Phase.OK, Phase.PENDING, Phase.NODATA, Phase.RECOVERING, Phase.FIRING)


def status_of(health: Health, *, sounds: bool) -> str:
    """The one word of the native interface: `error`, `triggered` or `ok`. *sounds*: one of its instances fires."""
    if health.state is HealthState.ERROR:
        return "error"
    return "triggered" if sounds else "ok"


def health_of(health: Health) -> dict[str, Any]:
    """The second axis."""
    return {
        "state": str(health.state),
        "since": health.since,
        "count": health.errors,
        "message": health.message or None,
        "behind": health.behind,
    }


def mute_of(mute: Silence) -> dict[str, Any]:
    """A mute: since when, until when (null: until unmuted), why, by whom."""
    said = {"reason": mute.reason or None, "who": mute.who or None}
    return {"since": mute.starts_at, "until": mute.ends_at, **said}


def transition_of(recorded: Recorded, evidence: Sequence[str] = ()) -> dict[str, Any]:
    """A row of history; with a start, the *evidence* frozen then."""
    told = recorded.transition
    return {
        "number": recorded.number,
        "at": told.at,
        "kind": str(told.kind),
        "reason": str(told.reason) if told.reason else None,
        "key": json.loads(told.key),
        "previous": str(told.previous),
        "condition": str(told.phase),
        "value": told.value,
        "tier": told.tier,
        "result": dict(told.match.values) if told.match else None,
        "episode": told.episode,
        "sequence": told.sequence,
        "started": told.started,
        "held": told.held,
        "late": told.late,
        "version": told.version,
        "evidence": list(evidence),
        "recorded_at": recorded.recorded_at,
    }


def delivery_of(listed: Listed) -> dict[str, Any]:
    """What was owed to a channel, and what became of it."""
    owed = listed.delivery
    return {
        "number": listed.number,
        "id": owed.id,
        "episode": owed.episode,
        "sequence": owed.sequence,
        "kind": str(owed.kind),
        "key": json.loads(owed.key),
        "channel": {"type": owed.target.type, "name": owed.target.name},
        "status": str(owed.status),
        "reason": str(owed.reason) if owed.reason else None,
        "error": owed.detail,
        "attempts": owed.attempt,
        "title": owed.message.title,
        "text": unsigned(owed.message.text),
        "created_at": owed.created_at,
        "due_at": owed.due_at,
        "settled_at": owed.settled_at,
        "receipt": owed.receipt,
        "digest": owed.digest,
    }


def evaluation_of(made: Evaluation) -> dict[str, Any]:
    """One slot: judged, failed, or a gap of several that were skipped."""
    return {
        "number": made.number,
        "kind": made.kind,
        "slot": made.slot,
        "at": made.at,
        "window": {"start": made.window.start, "end": made.window.end} if made.window else None,
        "slots": made.slots,
        "rows": made.rows,
        "value": made.value,
        "duration_ms": round(made.duration.total_seconds() * 1000, 1) if made.duration is not None else None,
        "seen_sequence": made.sequence,
        "error": made.error,
        "recorded_at": made.recorded_at,
    }


def instance_of(
    instance: Instance, ack: Ack | None, evidence: Sequence[str] = (), overlays: Iterable[Overlay] = ()
) -> dict[str, Any]:
    """Where one instance stands, who knows of it, the *evidence* frozen when its episode began, what keeps it quiet."""
    return {
        "key": json.loads(instance.key),
        "condition": str(instance.phase),
        "since": instance.since,
        "last_seen": instance.seen,
        "last_hit": instance.hit,
        "value": instance.match.value if instance.match else None,
        "result": dict(instance.match.values) if instance.match else None,
        "episode": instance.episode.id if instance.episode else None,
        "started": instance.episode.started if instance.episode else None,
        "tier": instance.episode.tier if instance.episode else None,
        "evidence": list(evidence),
        "flapping": instance.flapping,
        "acked": _ack(ack) if ack is not None else None,
        "overlays": [overlay_of(each) for each in overlays],
    }


def overlay_of(overlay: Overlay) -> dict[str, Any]:
    """Why something is quiet: the reason, until when, who said so and what; the silence, or the alert that inhibits."""
    return {
        "reason": str(overlay.reason),
        "until": overlay.until if overlay.reason is not Quiet.INHIBITED else None,  # as long as that fires
        "who": overlay.who or None,
        "note": overlay.note or None,
        "source": overlay.source,
    }


def _ack(ack: Ack) -> dict[str, Any]:
    return {"at": ack.at, "until": ack.until, "who": ack.who or None, "note": ack.note or None}


def standing_of(
    found: Definition, cursor: Cursor | None, mute: Silence | None, *, sounds: bool
) -> dict[str, Any]:
    """The fields of a `Standing`."""
    health = cursor.health if cursor else Health()
    return {
        "alert": found.alert,
        "revision": found.revision,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "status": status_of(health, sounds=sounds),
        "checked": cursor.checked_at if cursor else None,
        "triggered": cursor.hit_at if cursor else None,
        "health": health_of(health),
        "counts": (cursor.counts if cursor else Counts()).as_json(),
        "mute": mute_of(mute) if mute else None,
        "document": found.document,
    }


def told_of(accepted: Accepted | None, instances: Iterable[Instance]) -> Told:
    """What became known of an alert, and where the instance stands that is worst off."""
    worst = max(instances, key=lambda each: _BADNESS.index(each.phase), default=None)
    return Told(
        starts=accepted.starts if accepted else 0,
        notified=accepted.last if accepted else None,
        condition=str(worst.phase) if worst else "ok",
        value=worst.match.value if worst and worst.match else None,
    )
