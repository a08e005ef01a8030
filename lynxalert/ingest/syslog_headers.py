"""The text of a syslog message behind its priority → what its header says: RFC 5424, RFC 3164, and what devices send.

Pure: the zone and the moment of arrival, which a time without zone or year needs, are passed in.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lynxalert.events import from_value, instant

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = dt.timedelta(days=1)
BOM = "\ufeff"

ISO = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?"
NEW = re.compile(r"[1-9]\d? (?P<time>-|\d{4}-\d\d-\d\d[Tt]\S+|\d{9,}(?:\.\d+)?) (?P<host>\S{1,255})(?: |$)")
NEW_REST = re.compile(r"(?P<appname>\S{1,255}) (?P<procid>\S{1,255}) (?P<msgid>\S{1,255}) (?=-(?: |$)|\[)")
ELEMENT = re.compile(r'\[([^\s=\]"]+)((?: +[^\s=\]"]+="(?:[^"\\]|\\.)*")*) *\]', re.DOTALL)
PARAMETER = re.compile(r' +([^\s=\]"]+)="((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPED = re.compile(r'\\(["\\\]])')

# What network devices write in front of a time: a sequence number, their own name, `*` or `.` for an unset clock.
LEAD = r"(?:: ?)?(?:\d{1,12}: +)?(?:(?P<origin>[A-Za-z_][\w.-]*|\d+\.\d+\.\d+\.\d+): +)?[*.]?"
DATE = (
    rf"(?:(?P<before>\d{{4}}) +)?(?P<month>{'|'.join(MONTHS)}) {{1,2}}(?P<day>\d\d?)(?: +(?P<after>\d{{4}}))?"
)
CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
ZONE = r"(?: (?P<zone>[A-Z][A-Za-z]{0,5})(?=:)| (?P<shift>[+-]\d\d:?\d\d)(?=[: ]))?"
OLD = re.compile(rf"{LEAD}(?:(?P<iso>{ISO})|{DATE} +{CLOCK}{ZONE})(?P<colon> ?:)?(?: +|$)")

MNEMONIC = re.compile(r"(?:: ?)?%(?P<msgid>[A-Z0-9_]+(?:-\w+)*?-[0-7]-\w+) ?: *")
PROCESS = r"(?P<appname>[^\s:\[\]]{1,128})(?:\[(?P<procid>[^\]\s]{0,128})\])?"
SURE_TAG = re.compile(rf"{PROCESS}:(?:\s|$)")
TAG = re.compile(rf"{PROCESS}: ?")
PID_TAG = re.compile(r"(?P<appname>[^\s:\[\]]{1,128})\[(?P<procid>[^\]\s]{1,128})\]: ?")
HOST = re.compile(r"(?P<host>[0-9A-Za-z_.:%-]{0,254}[0-9A-Za-z_%-])(?: +|$)")
REPEATED = re.compile(r"(?:last )?message repeated \d+ times")


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in front of a message, and the *message*; None is what nobody said. *elements*: structured data."""

    message: str
    time: dt.datetime | None = None
    host: str | None = None
    appname: str | None = None
    procid: str | None = None
    msgid: str | None = None
    elements: Mapping[str, Any] = field(default_factory=dict)


def header(text: str, zone: zoneinfo.ZoneInfo, arrived: dt.datetime | None) -> Header:
    """The header of *text*; whatever has none is all message."""
    new = NEW.match(text)
    if new is not None:
        return _new(new, text)
    old = OLD.match(text)
    if old is None:
        return _named(text, None, None, certain=False)
    time = _iso(old["iso"], old["offset"], zone) if old["iso"] else _dated(old, zone, arrived)
    return _named(text[old.end() :], time, old["origin"], certain=True, host=not old["colon"])


def _new(begin: re.Match[str], text: str) -> Header:
    """RFC 5424; where names or structured data are missing (some routers), the rest is message."""
    found = None if begin["time"] == "-" else from_value(begin["time"], 0)
    time = None if found is None else instant(found)
    rest = NEW_REST.match(text, begin.end())
    if rest is None:
        return Header(text[begin.end() :].removeprefix(BOM), time, _given(begin["host"]))
    elements, end = _elements(text, rest.end())
    message = text[end:].removeprefix(" ").removeprefix(BOM)
    names = (_given(begin["host"]), _given(rest["appname"]), _given(rest["procid"]), _given(rest["msgid"]))
    return Header(message, time, *names, elements)


def _given(text: str) -> str | None:
    return None if text == "-" else text


def _elements(text: str, place: int) -> tuple[dict[str, Any], int]:
    """Structured data by `id.name` (a list where a name comes again), and where it ends; broken data is message."""
    if text.startswith("-", place):
        return {}, place + 1
    found: dict[str, Any] = {}
    while (element := ELEMENT.match(text, place)) is not None:
        parameters = PARAMETER.findall(element[2])
        if not parameters:
            found[element[1]] = True
        for name, value in parameters:
            key, plain = f"{element[1]}.{name}", ESCAPED.sub(r"\1", value)
            known = found.get(key)
            found[key] = plain if known is None else [*(known if isinstance(known, list) else [known]), plain]
        place = element.end()
    return found, place


def _named(
    text: str, time: dt.datetime | None, origin: str | None, *, certain: bool, host: bool = False
) -> Header:
    """What RFC 3164 puts between time and content: host and tag, either of which may be missing."""
    if host and not SURE_TAG.match(text) and not REPEATED.match(text):
        found = HOST.match(text)
        if found is not None:
            return _tagged(text[found.end() :], time, found["host"], TAG)
    return _tagged(text, time, origin, SURE_TAG if certain else PID_TAG)


def _tagged(text: str, time: dt.datetime | None, host: str | None, tag: re.Pattern[str]) -> Header:
    mnemonic = MNEMONIC.match(text)
    if mnemonic is not None:
        return Header(text[mnemonic.end() :], time, host, msgid=mnemonic["msgid"])
    found = tag.match(text)
    if found is None:
        return Header(text, time, host)
    message = text[found.end() :].removeprefix(BOM)
    return Header(message, time, host, found["appname"], found["procid"] or None)


def _iso(text: str, offset: str | None, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    found = from_value(text, 0)
    if found is None or offset:
        return None if found is None else instant(found)
    return _utc(instant(found).replace(tzinfo=None), zone)


def _dated(part: re.Match[str], zone: zoneinfo.ZoneInfo, arrived: dt.datetime | None) -> dt.datetime | None:
    """A time of month and day; without a year, in the latest one that gives at most the arrival and a day.

    None when no year has such a day, or when the arrival is not known.
    """
    if part["shift"]:
        sign = -1 if part["shift"][0] == "-" else 1
        minutes = int(part["shift"][1:3]) * 60 + int(part["shift"][-2:])
        own: dt.tzinfo = dt.timezone(sign * dt.timedelta(minutes=min(minutes, 1439)))
    else:
        own = dt.UTC if part["zone"] in {"UTC", "GMT", "Z"} else zone
    year = part["before"] or part["after"]
    if year:
        return _in_year(part, int(year), own)
    if arrived is None:
        return None
    latest = (arrived + DAY).astimezone(own).year
    for each in range(latest, latest - 9, -1):  # 29 February goes back to a leap year, 8 years at most
        found = _in_year(part, each, own)
        if found is not None and found <= arrived + DAY:
            return found
    return None


def _in_year(part: re.Match[str], year: int, zone: dt.tzinfo) -> dt.datetime | None:
    second = int(part["second"])
    fraction = int(f"{part['fraction'] or '':0<6}"[:6])
    try:
        time = dt.datetime(  # noqa: DTZ001 - the zone is added below
            year,
            MONTHS.index(part["month"]) + 1,
            int(part["day"]),
            int(part["hour"]),
            int(part["minute"]),
            min(second, 59),
            fraction,
        )
    except ValueError:
        return None
    found = _utc(time, zone)
    return None if found is None else found + dt.timedelta(seconds=1 if second == 60 else 0)


def _utc(time: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """*time* on the clocks of *zone*; of a time that comes twice, the first."""
    try:
        return time.replace(tzinfo=zone).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None
