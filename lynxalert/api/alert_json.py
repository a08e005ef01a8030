"""An alert and how it stands → the object of the API; and a body of the API → the fields of a definition. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.api.ports import Standing
from lynxalert.api.reply import encode
from lynxalert.config.metrics import FIELDS as METRIC_FIELDS
from lynxalert.config.mistakes import Mistake
from lynxalert.config.written import as_written, channel_as_written
from lynxalert.lang import Code
from lynxalert.notify.configure import mask, merge, spell
from lynxalert.state.definitions import REMEMBERED

# Told by the daemon, not by whoever defines the alert; taken from a body that was read here before, and ignored.
DERIVED = frozenset(
    [
        "counts",
        "created_at",
        "health",
        "id",
        "key_in_file",
        "last_checked",
        "last_triggered",
        "muted",
        "source",
        "status",
        "updated_at",
        "version",
    ]
)

NULL_SAYS_NEVER = frozenset({"flapping"})

# By identity: an alert never changes, and the one that is remembered keeps its id from being another's.
_DEFINED: dict[int, _Defined] = {}

_LOWERED = frozenset({"q", "query", "when"})  # what a `type` stands for: shown, never read beside it
_METRIC = frozenset({"type", *METRIC_FIELDS})


@dataclass(frozen=True, slots=True)
class _Defined:
    """What of the object the definition says: what comes *first*, and the *rest*; and both as JSON."""

    alert: Alert
    first: Mapping[str, Any]
    rest: Mapping[str, Any]
    first_json: bytes
    rest_json: bytes


def shown(standing: Standing) -> dict[str, Any]:
    """The alert object: the fields of the definition, secrets masked, and how it stands."""
    defined = _defined(standing.alert)
    return {**defined.first, **_lately(standing), **defined.rest, **_beside(standing)}


def written(standing: Standing) -> orjson.Fragment:
    """`shown`, written: of a list, what the definitions say was written before."""
    defined = _defined(standing.alert)
    parts = (defined.first_json, encode(_lately(standing)), defined.rest_json, encode(_beside(standing)))
    return orjson.Fragment(b"{" + b",".join(part[1:-1] for part in parts) + b"}")


def _lately(standing: Standing) -> dict[str, Any]:
    return {
        "last_triggered": standing.triggered,
        "last_checked": standing.checked,
        "status": standing.status,
    }


def _beside(standing: Standing) -> dict[str, Any]:
    alert = standing.alert
    return {
        "source": alert.source,
        "key_in_file": alert.file_key,
        "version": alert.version,
        "created_at": standing.created_at,
        "updated_at": standing.updated_at,
        "health": dict(standing.health),
        "counts": dict(standing.counts),
        "muted": dict(standing.mute) if standing.mute is not None else None,
    }


def _defined(alert: Alert) -> _Defined:
    """Lists ask for it again and again."""
    known = _DEFINED.get(id(alert))
    if known is None or known.alert is not alert:
        if len(_DEFINED) >= REMEMBERED:
            _DEFINED.clear()
        fields = as_written(alert)
        first = {"id": alert.id, "name": alert.name, "q": alert.query, "interval": fields["interval"]}
        first |= {"channels": [_masked(channel) for channel in alert.channels], "enabled": alert.enabled}
        rest = {name: value for name, value in fields.items() if name not in first}
        known = _DEFINED[id(alert)] = _Defined(alert, first, rest, encode(first), encode(rest))
    return known


def public(alert: Alert) -> dict[str, Any]:
    """The definition alone, secrets masked."""
    return {**as_written(alert), "channels": [_masked(channel) for channel in alert.channels]}


def version_of(standing: Standing) -> str:
    """Changes whenever the definition does; how the alert stands does not matter."""
    return f"{standing.alert.id}-{standing.revision}"


def fields_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of *body* defines an alert; a null is the default, except where it says `never`."""
    derived = DERIVED | _LOWERED if body.get("type") is not None else DERIVED
    return {
        name: value
        for name, value in body.items()
        if name not in derived and (value is not None or name in NULL_SAYS_NEVER)
    }


def patched(alert: Alert, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of *alert* with those of *body* instead; a null goes back to the default."""
    fields = as_written(alert)
    change = {name: value for name, value in body.items() if name not in DERIVED}
    if {"q", "query"} & set(change):
        fields = {name: value for name, value in fields.items() if name not in {"q", *_METRIC}}
    elif "type" in {**fields, **change}:
        fields = {name: value for name, value in fields.items() if name not in _LOWERED}
    if {"interval", "cron"} & set(change):
        if fields["window"] == fields["interval"]:
            fields.pop("window")  # it followed the interval, and still does
        for other in {"interval", "cron"} - set(change):
            fields.pop(other)
    return {
        name: value for name, value in {**fields, **change}.items() if value is not None or name == "flapping"
    }


def with_stored_secrets(
    fields: Mapping[str, Any], stored: Alert | None
) -> tuple[dict[str, Any], list[Mistake]]:
    """*fields* with every secret that was left out, or sent back as its mask, as it is stored.

    A mask of nothing that is stored is a mistake: sent on, it would become a password of three dots. Where nothing
    can be stored yet it is taken for what it says, with a warning: keys do end in dots, in examples at least.
    """
    raw = fields.get("channels")
    if not isinstance(raw, list):
        return dict(fields), []
    # What is not shaped like a channel is left to be judged as it is.
    sound = {place: spec for place, each in enumerate(raw) if (spec := _lenient(each)) is not None}
    whole, problems = merge(list(sound.values()), stored.channels if stored else ())
    places = list(sound)
    channels = list(raw)
    for place, spec in zip(places, whole, strict=True):
        channels[place] = {**raw[place], "config": dict(spec.config)}
    mistakes = []
    for problem in problems:
        path = ("channels", places[int(problem.path[1])], *problem.path[2:])
        text = problem.message.removeprefix(spell(problem.path)).lstrip()
        mistakes.append(Mistake(path, text, problem.code if stored else Code.LINT, problem.help))
    return {**fields, "channels": channels}, mistakes


def _lenient(raw: Any) -> ChannelSpec | None:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("type"), str):
        return None
    config = raw.get("config")
    name = raw.get("name") or raw["type"]
    if not isinstance(name, str) or not isinstance(config, Mapping | None):
        return None
    return ChannelSpec(type=raw["type"], name=name, config=dict(config or {}))


def _masked(channel: ChannelSpec) -> dict[str, Any]:
    return {**channel_as_written(channel), "config": mask(channel.type, channel.config)}
