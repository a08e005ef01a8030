"""What was on record at an instant → text for people. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from lynxalert.cli._words import Fields, Words, key_words, name_words

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


def moment(found: Fields, zone: str) -> str:
    """What stood at an instant."""
    words = Words(zone, dt.datetime.fromisoformat(found["at"]).astimezone(ZoneInfo(zone)).date())
    return "\n".join(_moment(found, words))


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
            f"  {name_words(each)}{key_words(each['key'])} {words.message(each)}"
            for each in found["undelivered"]
        )
        yield from _more(found["truncated"]["undelivered"])
    if found["known_later"]:
        yield ""
        yield "known only later:"
        for each in found["known_later"]:
            when = f"at {words.at(each['at'])}, recorded {words.at(each['recorded_at'])}"
            yield f"  {name_words(each)}{key_words(each['key'])} {each['kind']} {when}"
        yield from _more(found["truncated"]["known_later"])


def _more(many: int) -> Iterator[str]:
    if many:
        yield f"  and {many:,} more"


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
        yield f"  {each['condition']:<10} {key_words(each['key'])} since {words.at(each['since'])}{value}{tier}"
        yield from (f"    {words.overlay(one)}" for one in each["overlays"])
        yield from (f"    {line}" for line in _messages(each["messages"], words))


def _messages(messages: Sequence[Fields], words: Words) -> Iterator[str]:
    """A line each; those that say the same of one channel are counted, with the time of the last."""
    alike: dict[str, list[Fields]] = {}
    for each in messages:
        alike.setdefault(words.message(each), []).append(each)
    for said, found in alike.items():
        times = f" ×{len(found)}, last" if len(found) > 1 else ""
        yield f"{said}{times} {words.at(found[-1]['at'])}"
