"""`/go/alert/…`: how an episode stands, for whoever got a message about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from lynxalert.api.keys import CLOCK, PASSES
from lynxalert.api.links.html import block, facts, page, table, text
from lynxalert.api.links.opening import Opened, episode, past
from lynxalert.api.ports import Standing
from lynxalert.notify.facts import words
from lynxalert.notify.links import UNMEASURED, Purpose

SHOWN_FOR = dt.timedelta(hours=1)  # how long the picture of a page may be fetched
EVENTS = ("at", "kind", "value", "tier", "reason")


async def look(request: web.Request) -> web.Response:
    """`GET /go/alert/{subject}/{ticket}`."""
    found = await episode(request, Purpose.ALERT)
    alert, now = found.standing.alert, request.app[CLOCK].now()
    own = await past(request, alert, found.episode)
    start = next((each for each in own if each["evidence"]), None)
    evidence = found.instance["evidence"] if found.instance else start["evidence"] if start else []
    result = (found.instance or (own[0] if own else {})).get("result") or {}
    return page(
        alert.name,
        summary(found, now, own),
        f"<p>{text(alert.description)}</p>" if alert.description else "",
        _chart(request, found, own),
        table([result], list(result)),
        f"<h2>Newest events when it began</h2>{block(evidence)}" if evidence else "",
        "<h2>What happened</h2>" + table([_shown(each, alert.timezone) for each in own], EVENTS)
        if own
        else "",
        f"<h2>Query</h2>{block([alert.query])}",
    )


def _chart(request: web.Request, found: Opened, own: Sequence[Mapping[str, Any]]) -> str:
    """The chart, up to the end of the episode or the last slot, below the same prefix as this page."""
    ended = next((each["at"] for each in own if each["kind"] == "resolved"), None)
    at = ended or found.standing.checked
    if at is None or found.standing.alert.when.get("type") in UNMEASURED:
        return ""
    subject = f"{found.standing.alert.id}.{found.episode}.{int(at.timestamp())}"
    ticket = request.app[PASSES].sign(Purpose.CHART, subject, request.app[CLOCK].now() + SHOWN_FOR)
    return f'<p><img src="../../chart/{subject}/{ticket}.png" alt="The value over the last slots"></p>'


def summary(found: Opened, now: dt.datetime, own: Sequence[Mapping[str, Any]] = ()) -> str:
    """State, since when, of what; and what keeps it quiet."""
    instance, zone = found.instance, found.standing.alert.timezone
    if instance is None:
        ended = next((each["at"] for each in own if each["kind"] == "resolved"), None)
        over = f"Over since {clock(ended, zone)}" if ended else "Not firing any more"
        state = f'<p class="state ok">{text(over)}</p>'
        key = own[0]["key"] if own else {}
    else:
        since = instance["started"] or instance["since"]
        length = words(now - since)
        said = f"{str(instance['condition']).upper()} since {clock(since, zone)} ({length})"
        state = f'<p class="state firing">{text(said)}</p>'
        key = instance["key"]
    pairs = [*key.items(), ("value", instance["value"] if instance else None)]
    return state + facts(pairs) + quiet(found.standing, instance, zone)


def quiet(standing: Standing, instance: Mapping[str, Any] | None, zone: str) -> str:
    """Mute and acknowledgement, where there are."""
    said = []
    if standing.mute is not None:
        until = standing.mute["until"]
        said.append(f"Muted until {clock(until, zone)}" if until else "Muted until somebody ends it")
    if instance is not None and instance["acked"]:
        said.append(f"Acknowledged {clock(instance['acked']['at'], zone)}")
    return "".join(f'<p class="quiet">{text(each)}</p>' for each in said)


def clock(instant: dt.datetime, zone: str) -> str:
    """An instant in the alert's zone."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %Z")


def _shown(each: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {**each, "at": clock(each["at"], zone)}
