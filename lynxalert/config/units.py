"""Words of the configuration → durations and sizes, and back. Knows nothing of where a word was written."""

from __future__ import annotations

import datetime as dt
import re

from lynxalert.errors import LynxError

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
LONGEST = dt.timedelta(days=36_500)

_PART = re.compile(r"([0-9]+)([smhdw])")
_DURATION = re.compile(r"(?:[0-9]+[smhdw])+")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMG]?i?B)", re.IGNORECASE)


class UnitError(LynxError, ValueError):
    """A word that is no duration or size; the message reads after the name of the setting."""


def duration(text: str) -> dt.timedelta:
    """`30s`, `5m`, `1h`, `2d`, `1w`, `1h30m` → its length; `0s` is allowed, a bare number is not.

    Raises:
        UnitError: not such a word, or longer than a hundred years.
    """
    if not _DURATION.fullmatch(text.strip()):
        raise UnitError("must be a duration such as 30s, 5m, 1h or 2d")
    seconds = sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(text))
    if seconds > LONGEST.total_seconds():
        raise UnitError("must be at most 100 years")
    return dt.timedelta(seconds=seconds)


def duration_text(length: dt.timedelta) -> str:
    """The shortest word for *length*: the largest units first, zero parts left out.

    >>> duration_text(dt.timedelta(minutes=90))
    '1h30m'
    """
    rest = int(length.total_seconds())
    parts = []
    for unit in ("d", "h", "m", "s"):
        number, rest = divmod(rest, SECONDS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def size(text: str) -> int:
    """`512MB`, `2GB`, `1.5GiB` → bytes, the letters in any case; decimal units count in thousands.

    Raises:
        UnitError: not such a word, or nothing at all.
    """
    match = _SIZE.fullmatch(text.strip())
    units = {name.lower(): factor for name, factor in BYTES.items()}
    if match is None or match[2].lower() not in units:
        raise UnitError("must be a size such as 512KB, 100MB or 2GB")
    number = int(float(match[1]) * units[match[2].lower()])
    if number <= 0:
        raise UnitError("must be more than 0 bytes")
    return number


def size_text(number: int) -> str:
    """The largest unit that says *number* of bytes without a fraction."""
    for name in ("GB", "GiB", "MB", "MiB", "KB", "KiB"):
        if number and number % BYTES[name] == 0:
            return f"{number // BYTES[name]}{name}"
    return f"{number}B"
