"""Times as Splunk writes them: modifiers (`-1d@d+2h`) and spans (`5m`, `1mon`), in a zone. Pure.

Follows Splunk's "Time modifiers": the offset first, then the snap, left to right; a snap always rounds down.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

UNITS = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mon": ("mon", "month", "months"),
    "q": ("q", "qtr", "qtrs", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years"),
}
UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SUBSECOND = {"us": 1, "ms": 1_000, "cs": 10_000, "ds": 100_000}
STEP = re.compile(r"([+-])(\d*)([A-Za-z]+)|@([A-Za-z]+)([0-7]?)")


class BadTime(ValueError):
    """A text is no time; the message says what is wanted."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A length of time to bucket by: *count* of *unit* (`s m h d w mon q y`, or `us` for parts of a second).

    Buckets of a fixed length begin *offset* microseconds after the epoch, and every length before and after.
    """

    count: int
    unit: str
    offset: int = 0

    @property
    def microseconds(self) -> int | None:
        """The fixed length, or None for days and longer, which follow the calendar of the zone."""
        if self.unit == "us":
            return self.count
        return self.count * SECONDS[self.unit] * 1_000_000 if self.unit in ("s", "m", "h") else None

    @property
    def least_microseconds(self) -> int:
        """The shortest it can be, to compare lengths by."""
        days = {"d": 1, "w": 7, "mon": 28, "q": 90, "y": 365}
        return self.microseconds or self.count * days[self.unit] * 86_400_000_000

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def parse_span(text: str) -> TimeSpan:
    """`30s`, `5min`, `1h`, `1d`, `2w`, `1mon`, `500ms`; a bare unit counts one, a bare number counts seconds.

    Raises:
        BadTime: anything else, an unknown unit among it.
    """
    match = re.fullmatch(r"(\d*)([A-Za-z]*)(@[A-Za-z]+\d?)?", text.strip())
    if match is None or not match.group(0):
        raise BadTime(f"`{text}` is no span; write for example 30s, 5m, 1h, 1d")
    count, spelling = int(match.group(1) or 1), match.group(2) or "s"
    if not 0 < count < 10**9:
        raise BadTime(f"`{text}` is out of range")
    if spelling in SUBSECOND:
        return TimeSpan(count * SUBSECOND[spelling], "us")
    unit = UNIT_OF.get(spelling) or (UNIT_OF.get(spelling.lower()) if spelling != "M" else None)
    if unit is None:
        raise BadTime(f"`{spelling}` is no unit of time; units: s m h d w mon q y")
    return TimeSpan(count, unit)


def resolve(text: str, now: dt.datetime, zone: str = "UTC") -> dt.datetime:
    """The instant *text* means at *now*: `-15m`, `@d`, `-1d@d+2h`, `now`, epoch seconds, RFC 3339, `MM/DD/YYYY[:HH:MM:SS]`.

    Raises:
        BadTime: anything else.
    """
    text = text.strip()
    if text in ("now", "now()", ""):
        return now
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(seconds=float(text))
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}(:\d{1,2}:\d{2}:\d{2})?", text):
        form = "%m/%d/%Y:%H:%M:%S" if ":" in text else "%m/%d/%Y"
        return dt.datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    if re.match(r"\d{4}-\d{2}-\d{2}", text):
        try:
            instant = dt.datetime.fromisoformat(text)
        except ValueError:
            raise BadTime(f"`{text}` is no time") from None
        return (instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))).astimezone(dt.UTC)
    return _stepped(text, now, zone)


def steps_of(text: str) -> tuple[tuple[str, int, str], ...]:
    """The steps of a relative time: (`shift`, count, unit) and (`snap`, weekday, unit), in order."""
    steps: list[tuple[str, int, str]] = []
    position = 0
    for match in STEP.finditer(text):
        if match.start() != position:
            break
        position = match.end()
        sign, count, shift, snap, weekday = match.groups()
        unit = UNIT_OF.get(shift or snap)
        if unit is None:
            raise BadTime(f"`{shift or snap}` is no unit of time; units: s m h d w mon q y")
        if shift:
            number = int(count) if count else 1
            if number > 10**7:
                raise BadTime(f"`{text}` is out of range")
            steps.append(("shift", -number if sign == "-" else number, unit))
        else:
            steps.append(("snap", int(weekday or 0) % 7, unit))
    if position != len(text) or not steps:
        raise BadTime(f"`{text}` is no time; write for example -15m, @d, -1d@d, now")
    return tuple(steps)


def is_relative(text: str) -> bool:
    """Whether *text* is a time as seen from now, as `-1h@h` is."""
    try:
        return bool(steps_of(text.strip()))
    except BadTime:
        return False


def _stepped(text: str, now: dt.datetime, zone: str) -> dt.datetime:
    local = now.astimezone(ZoneInfo(zone))
    for kind, number, unit in steps_of(text):
        local = shift(local, number, unit) if kind == "shift" else snap(local, unit, number)
    return local.astimezone(dt.UTC)


def shift(local: dt.datetime, number: int, unit: str) -> dt.datetime:
    """*local* moved by *number* units: hours and less on the time line, days and more on the calendar."""
    try:
        if unit in ("s", "m", "h"):
            moved = local.astimezone(dt.UTC) + dt.timedelta(seconds=number * SECONDS[unit])
            return moved.astimezone(local.tzinfo)
        if unit in ("d", "w"):
            return local + dt.timedelta(days=number * (7 if unit == "w" else 1))
        months = local.year * 12 + local.month - 1 + number * {"mon": 1, "q": 3, "y": 12}[unit]
        year, month = divmod(months, 12)
        first = local.replace(year=year, month=month + 1, day=1)
        last = (shift_month(first) - dt.timedelta(days=1)).day
        return first.replace(day=min(local.day, last))
    except (OverflowError, ValueError):
        raise BadTime(f"{number}{unit} is out of range") from None


def shift_month(first: dt.datetime) -> dt.datetime:
    """The first of the month after *first*."""
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def snap(local: dt.datetime, unit: str, weekday: int = 0) -> dt.datetime:
    """*local* rounded down to the start of its *unit*; weeks start on Sunday (0) or the *weekday* given."""
    if unit == "s":
        return local.replace(microsecond=0)
    if unit == "m":
        return local.replace(second=0, microsecond=0)
    if unit == "h":
        return local.replace(minute=0, second=0, microsecond=0)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "d":
        return day
    if unit == "w":
        return day - dt.timedelta(days=(day.isoweekday() - weekday) % 7)
    if unit == "mon":
        return day.replace(day=1)
    return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1 if unit == "q" else 1)


@lru_cache(maxsize=64)
def set_back(zone: str) -> tuple[int, ...]:
    """By how many minutes the clocks of *zone* are ever set back from one day to the next, between 1970 and 2037."""
    found = (before - after for _, before, after in _changes(zone) if after < before)
    return tuple(sorted({int(size.total_seconds() // 60) for size in found}))


@lru_cache(maxsize=64)
def repeats_midnight(zone: str) -> bool:
    """Whether the clocks of *zone* are ever set back over midnight, so that a day begins twice."""
    return any(
        midnight.replace(fold=0).utcoffset() != midnight.replace(fold=1).utcoffset()
        for noon, before, after in _changes(zone)
        if after < before
        for midnight in (noon.replace(hour=0), noon.replace(hour=0) - dt.timedelta(days=1))
    )


def _changes(zone: str) -> Iterator[tuple[dt.datetime, dt.timedelta, dt.timedelta]]:
    """The noons in *zone* before which its offset changed, with the offsets before and after."""
    noon = dt.datetime(1970, 1, 1, 12, tzinfo=ZoneInfo(zone))
    offset = noon.utcoffset() or dt.timedelta()
    for _ in range(68 * 366):
        noon += dt.timedelta(days=1)
        following = noon.utcoffset() or dt.timedelta()
        if following != offset:
            yield noon, offset, following
        offset = following
