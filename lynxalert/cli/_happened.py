"""What happened within some time → a timeline for people, a line each. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from lynxalert.cli._words import Fields, Words, key_words, name_words


def stretch(found: Fields, zone: str) -> str:
    """What happened within some time, a line each."""
    words = Words(zone, dt.datetime.fromisoformat(found["from"]).astimezone(ZoneInfo(zone)).date())
    head = f"{words.day} {words.at(found['from'])} – {words.at(found['to'])} {zone}"
    return "\n".join([head, *(_entry(each, words) for each in found["entries"] or ())])


def _entry(each: Fields, words: Words) -> str:
    return f"{words.at(each['time'])}  {name_words(each)}{_said(each, words)}"


def _said(each: Fields, words: Words) -> str:
    """What one line of the timeline tells."""
    match each["type"]:
        case "transition":
            marks = ", ".join(word for word in (each["reason"], "late" if each["late"] else None) if word)
            return f"{key_words(each['key'])} {each['kind']}{_value(each)}{f' ({marks})' if marks else ''}"
        case "condition":
            return f"{key_words(each['key'])} {each['condition']}{_value(each)}"
        case "message":
            return f"{key_words(each['key'])} {words.message(each)}"
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
    what = f" [{' '.join(each['matchers'])}]" if each.get("matchers") else ""
    return gone.get(each["type"], f"{each['type']} over{what}")


def _value(each: Fields) -> str:
    return "" if each["value"] is None else f" {each['value']:g}"
