"""Text or JSON value → the instant it names, in microseconds since 1970 UTC. Reads no clock: arrival is passed in."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

HORIZON = 128  # characters of an event in which its time is looked for
DAY = 86_400_000_000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
# What a datetime can hold, whatever the offset.
EARLIEST = (dt.datetime.min.replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND
LATEST = (dt.datetime.max.replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(NAMES, 1)}

MONTH = "|".join(MONTHS)
ISO = r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[Tt ](?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:[.,](?P<f>\d+))?(?: ?(?P<z>[Zz]|[+-]\d\d:?\d\d)(?!\d))?"
CLF = rf"(?P<cd>\d\d)/(?P<cm>{MONTH})/(?P<cy>\d{{4}}):(?P<cH>\d\d):(?P<cM>\d\d):(?P<cS>\d\d)(?: (?P<cz>[+-]\d{{4}}))?"
SYSLOG = rf"(?P<sm>{MONTH}) (?P<sd>[ \d]?\d) (?P<sH>\d\d):(?P<sM>\d\d):(?P<sS>\d\d)(?:\.(?P<sf>\d+))?"
STAMP = re.compile(rf"(?<![0-9A-Za-z])(?:{ISO}|{CLF}|{SYSLOG})(?!\d)")
NUMBER = re.compile(r"\d{9,19}(?:\.\d*)?")


def micros(instant: dt.datetime) -> int:
    """*instant* (aware) as microseconds since 1970 UTC."""
    return (instant - EPOCH) // MICROSECOND


def instant(value: int) -> dt.datetime:
    """Microseconds since 1970 UTC as an aware datetime."""
    return EPOCH + dt.timedelta(microseconds=value)


def recognise(text: str, arrival: int) -> int | None:
    """The first timestamp wholly within the first 128 characters of *text*, or None."""
    for match in STAMP.finditer(text, 0, HORIZON + 40):
        if match.end() > HORIZON:
            return None
        found = _read(match, arrival)
        if found is not None:
            return found
    return None


def from_value(value: Any, arrival: int) -> int | None:
    """The instant that a field such as `timestamp` names: RFC 3339 and the other text forms, or an epoch.

    An epoch's unit (s, ms, µs, ns) is told by its size; smaller numbers than those of 1973 are not times.
    """
    if isinstance(value, str):
        if (
            (value[-1:] == "Z" or (value[-6:-5] in ("+", "-") and value[-3:-2] == value[16:17] == ":"))
            and value[4:5] == value[7:8] == "-"
            and value[10:11] == "T"
            and value[13:14] == ":"
        ):
            return _usual(value, arrival)
        return _from_text(value, arrival)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return _epoch(value, "")
    if not 1e8 <= value < 1e19:
        return None
    whole, _, fraction = f"{value:.6f}".partition(".")
    return _epoch(int(whole), fraction)


def _usual(text: str, arrival: int) -> int | None:
    """The forms most senders use, by the fast parser; it refuses leap seconds, which `_from_text` knows."""
    try:
        found = (dt.datetime.fromisoformat(text) - EPOCH) // MICROSECOND
    except ValueError:
        return _from_text(text, arrival)
    return found if EARLIEST <= found <= LATEST else None


def _from_text(text: str, arrival: int) -> int | None:
    stripped = text.strip()
    match = STAMP.match(stripped)
    if match is not None and match.end() == len(stripped):
        return _read(match, arrival)
    if NUMBER.fullmatch(stripped) is None:
        return None
    whole, _, fraction = stripped.partition(".")
    return _epoch(int(whole), fraction)


def _epoch(whole: int, fraction: str) -> int | None:
    if whole < 10**8:
        return None
    if whole < 10**11:
        return whole * 1_000_000 + int(f"{fraction:0<6}"[:6])
    if whole < 10**14:
        return whole * 1000 + int(f"{fraction:0<3}"[:3])
    if whole < 10**17:
        return whole
    return whole // 1000 if whole < 2**63 else None


def _read(match: re.Match[str], arrival: int) -> int | None:
    part = match.group
    if part("y") is not None:
        date = int(part("y")), int(part("m")), int(part("d"))
        return _instant(date, part("H", "M", "S"), part("f"), part("z"))
    if part("cy") is not None:
        date = int(part("cy")), MONTHS[part("cm")], int(part("cd"))
        return _instant(date, part("cH", "cM", "cS"), None, part("cz"))
    limit = min(arrival + DAY, LATEST)
    latest = instant(limit).year
    for year in range(latest, latest - 9, -1):  # 29 February goes back to a leap year, 8 years at most
        date = year, MONTHS[part("sm")], int(part("sd"))
        found = _instant(date, part("sH", "sM", "sS"), part("sf"), None)
        if found is not None and found <= limit:
            return found
    return None


def _instant(
    date: tuple[int, int, int], clock: tuple[str | Any, ...], fraction: str | None, zone: str | None
) -> int | None:
    hour, minute, second = (int(text) for text in clock)
    leap = second == 60  # RFC 3339 writes leap seconds; the next second is what a UTC clock shows
    try:
        whole = dt.datetime(*date, hour, minute, 59 if leap else second, tzinfo=dt.UTC)
    except ValueError:
        return None
    total = (whole - EPOCH) // MICROSECOND + (1_000_000 if leap else 0)
    if fraction:
        total += int(f"{fraction:0<6}"[:6])
    if zone and zone not in "Zz":
        offset = int(zone[1:3]) * 60 + int(zone[-2:])
        total -= (offset if zone[0] == "+" else -offset) * 60_000_000
    return total if EARLIEST <= total <= LATEST else None
