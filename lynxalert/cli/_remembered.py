"""What was on record at an instant, or happened within some time → text for people. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Fields: TypeAlias = Mapping[str, Any]
_COUNTS = {
    "firing": "firing",
    "recovering": "recovering",
    "pending": "pending",
    "nodata": "without data",
    "quiet_alerts": "muted or off schedule",
    "quiet_instances": "kept quiet",
    "alerts_in_error": "alerts in error",
    "alerts_behind": "alerts behind",
    "alerts_in_a_gap": "alerts in a gap",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Replies of `/history` in words; times are of *zone*, those of another day than *day* with their date."""

    zone: str
    day: dt.date

    def at(self, text: str) -> str:
        """An instant."""
        local = dt.datetime.fromisoformat(text).astimezone(ZoneInfo(self.zone))
        return f"{local:%H:%M:%S}" if local.date() == self.day else f"{local:%Y-%m-%d %H:%M:%S}"

    def overlay(self, each: Fields) -> str:
        """Why something was quiet."""
        until = f" until {self.at(each['until'])}" if each["until"] else ""
        who = f" by {each['who']}" if each.get("who") else ""
        note = f": {each['note']}" if each.get("note") else ""
        return f"{each['reason']}{until}{who}{note}"

    def message(self, each: Fields) -> str:
        """What was told to a channel, or was not."""
        reason = f" ({each['reason']})" if each["reason"] else ""
        error = f": {each['error']}" if each["error"] else ""
        return f"{each['kind']} → {each['channel']['name']} {each['status']}{reason}{error}"


def moment(found: Fields, zone: str) -> str:
    """What stood at an instant."""
    words = Words(zone, dt.datetime.fromisoformat(found["at"]).astimezone(ZoneInfo(zone)).date())
    return "\n".join(_moment(found, words))


def stretch(found: Fields, zone: str) -> str:
    """What happened within some time, a line each."""
    words = Words(zone, dt.datetime.fromisoformat(found["from"]).astimezone(ZoneInfo(zone)).date())
    head = f"{words.day} {words.at(found['from'])} – {words.at(found['to'])} {zone}"
    return "\n".join([head, *(_entry(each, words) for each in found["entries"] or ())])


def _moment(found: Fields, words: Words) -> Iterator[str]:
    counts = [f"{found['summary'][name]} {word}" for name, word in _COUNTS.items() if found["summary"][name]]
    yield f"{words.day} {words.at(found['at'])} {words.zone}: {', '.join(counts) or 'nothing fired'}"
    if late := found["unjudged"]:
        yield (
            f"nobody judged {late['slots']} slots of {late['alerts']} alerts by then: "
            f"made up for from {words.at(late['judged_from'])} to {words.at(late['judged_to'])}"
        )
    for alert in found["alerts"]:
        yield ""
        yield from _alert(alert, words)
    if found["undelivered"]:
        yield ""
        yield "still owed then:"
        yield from (
            f"  {_name(each)}{_key(each['key'])} {words.message(each)}" for each in found["undelivered"]
        )
    if found["known_later"]:
        yield ""
        yield "known only later:"
        for each in found["known_later"]:
            when = f"at {words.at(each['at'])}, recorded {words.at(each['recorded_at'])}"
            yield f"  {_name(each)}{_key(each['key'])} {each['kind']} {when}"


def _alert(alert: Fields, words: Words) -> Iterator[str]:
    lifecycle = "" if alert["lifecycle"] == "enabled" else f", {alert['lifecycle']}"
    yield f"{alert['name']} ({alert['key_in_file'] or alert['id']}, {alert['severity']}{lifecycle})"
    health, gap = alert["health"], alert["gap"]
    if health["state"] != "ok":
        since = f" since {words.at(health['since'])}" if health["since"] else ""
        yield f"  {health['state']}{since}: {health['message'] or str(health['behind']) + ' slots waited'}"
    if gap:
        yield f"  a gap: {gap['slots']} slots up to {words.at(gap['at'])} were never judged"
    yield from (f"  {words.overlay(each)}" for each in alert["overlays"])
    for each in alert["instances"]:
        value = "" if each["value"] is None else f"  {each['value']:g}"
        tier = f"  {each['tier']}" if each["tier"] else ""
        yield f"  {each['condition']:<10} {_key(each['key'])} since {words.at(each['since'])}{value}{tier}"
        yield from (f"    {words.overlay(one)}" for one in each["overlays"])
        yield from (f"    {words.message(one)} {words.at(one['at'])}" for one in each["messages"])


def _entry(each: Fields, words: Words) -> str:
    return f"{words.at(each['time'])}  {_name(each)}{_said(each, words)}"


def _name(each: Fields) -> str:
    """Whose it is, if an alert's."""
    return f"{each['alert']['name'] or each['alert']['id']}: " if each["alert"] else ""


def _said(each: Fields, words: Words) -> str:
    """What one line of the timeline tells."""
    match each["type"]:
        case "transition":
            marks = ", ".join(word for word in (each["reason"], "late" if each["late"] else None) if word)
            return f"{_key(each['key'])} {each['kind']}{_value(each)}{f' ({marks})' if marks else ''}"
        case "condition":
            return f"{_key(each['key'])} {each['condition']}{_value(each)}"
        case "message":
            return f"{_key(each['key'])} {words.message(each)}"
        case "error":
            return f"failed: {each['error']}"
        case "gap":
            return f"a gap of {each['slots']} slots, {words.at(each['from'])} – {words.at(each['to'])}"
        case other:
            return _over(each) if each["event"] == "over" else _begun(other, each, words)


def _begun(matter: str, each: Fields, words: Words) -> str:
    """What holds from now on."""
    match matter:
        case "silence":
            what = " ".join(each.get("matchers", ())) or ("mute" if each["alert"] else "everything")
            said = words.overlay({**each, "reason": "silence", "note": each.get("reason")})
            return f"{said} [{what}]"
        case "ack":
            return words.overlay({**each, "reason": "acked"})
        case "definition":
            return f"defined, version {each['version']}: {each['q']}"
        case "health":
            return f"{each['state']}: {each['message'] or str(each['behind']) + ' slots wait'}"
    return f"{matter} in force: {len(each['rules'])}"


def _over(each: Fields) -> str:
    gone = {"definition": "removed", "health": "works again", "ack": "acknowledgement over"}
    return gone.get(each["type"], f"{each['type']} over")


def _value(each: Fields) -> str:
    return "" if each["value"] is None else f" {each['value']:g}"


def _key(key: Any) -> str:
    """An instance's key as people read it."""
    if not isinstance(key, Mapping):
        return str(key)
    return ", ".join(f"{name}={_plain(value)}" for name, value in key.items()) or "-"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
