"""What happened within some time → the lines of a timeline, as the interface shows them. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.alerts import Transition
from lynxalert.alerts.health import Health
from lynxalert.daemon.records import health_of, transition_of
from lynxalert.state import codec
from lynxalert.state.chronicle import FOREVER, Matter
from lynxalert.state.happenings import Happening
from lynxalert.state.history import Recorded
from lynxalert.state.overlays import Silence


def line_of(each: Happening, names: Mapping[str, str], silences: Mapping[str, Silence]) -> dict[str, Any]:
    """One line: when it was recorded, what it is (`type`), whose alert, and what there is to say of it.

    *names* are those of alerts, *silences* those that the lines speak of, both by id.
    """
    about = {"id": each.alert_id, "name": names.get(each.alert_id)} if each.alert_id else None
    kind, said = _SHAPES[each.source](each, silences)
    return {"time": each.at, "type": kind, "alert": about, **said}


def _transition(each: Happening, _: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    told = Recorded(each.body["id"], each.body["recorded_at"], codec.unpack(Transition, each.body["body"]))
    shown = transition_of(told)
    del shown["evidence"], shown["recorded_at"]
    return "transition", shown


def _condition(each: Happening, _: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    stood = each.body["body"]
    match = stood["match"] or {}
    said = {"condition": stood["phase"], "since": stood["since"], "value": match.get("value")}
    return "condition", {"key": json.loads(each.key), **said}


def _message(each: Happening, _: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    body = each.body
    return "message", {
        "key": json.loads(each.key),
        "id": body["id"],
        "kind": body["kind"],
        "channel": {"type": body["type"], "name": body["name"]},
        "status": body["status"],
        "reason": body["reason"],
        "error": body.get("detail"),
        "attempt": body.get("attempt"),
        "episode": body["episode"],
        "sequence": body["sequence"],
    }


def _evaluation(each: Happening, _: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    body = each.body
    if body["kind"] == "gap":
        return "gap", {"from": body["slot"], "to": body["at"], "slots": body["slots"]}
    return "error", {"slot": body["slot"], "at": body["at"], "error": body["error"]}


def _begun(each: Happening, silences: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    return each.body["matter"], {"event": "begun", **_matter(each, silences)}


def _over(each: Happening, silences: Mapping[str, Silence]) -> tuple[str, dict[str, Any]]:
    return each.body["matter"], {"event": "over", **_matter(each, silences)}


def _matter(each: Happening, silences: Mapping[str, Silence]) -> dict[str, Any]:
    body = each.body["body"]
    match Matter(each.body["matter"]):
        case Matter.SILENCE:
            return _silence(each, silences.get(each.key))
        case Matter.ACK:
            return {"episode": each.key, **body}
        case Matter.DEFINITION:
            return {"version": body["version"], "q": body["query"], "enabled": body["enabled"]}
        case Matter.HEALTH:
            return health_of(codec.unpack(Health, body))
        case Matter.INHIBITIONS:
            return {"rules": body}
        case _:
            return {}


def _silence(each: Happening, silence: Silence | None) -> dict[str, Any]:
    until = each.body.get("until")
    said: dict[str, Any] = {"id": each.key, "until": None if until == FOREVER else until}
    if silence is not None:
        matchers = [str(one) for one in silence.matchers]
        said |= {"who": silence.who or None, "reason": silence.reason or None, "matchers": matchers}
    return said


_SHAPES: Mapping[str, Callable[[Happening, Mapping[str, Silence]], tuple[str, dict[str, Any]]]] = {
    "transition": _transition,
    "condition": _condition,
    "message": _message,
    "suppressed": _message,
    "evaluation": _evaluation,
    "begun": _begun,
    "over": _over,
}
