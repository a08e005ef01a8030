"""Numbers and times of texts, and texts of them (5)."""

from __future__ import annotations

import datetime as dt
import re
import string

from tests.reference.functions.kinds import Plain, strict
from tests.reference.functions.numbers import rounded
from tests.reference.values import Value, number, read_number, spelled

DIGITS = string.digits + string.ascii_lowercase


def to_number(value: Value, base: Value = 10) -> Value:
    """`tonumber`: in a base from 2 to 36; blanks around it do not matter, else what does not read is null."""
    radix = number(base)
    if value is None or radix is None:
        return None
    written = spelled(value).strip(" ")
    if radix == 10:
        return read_number(written)
    sign = -1 if written.startswith("-") else 1
    digits = re.sub("^[+-]?(0[xX])?", "", written).lower()
    if not digits or any(char not in DIGITS[: int(radix)] for char in digits):
        return None
    return number(sign * int(digits, int(radix)))


def to_string(value: Value, form: Value = None) -> Value:
    """`tostring`: Booleans are True and False; "commas", "hex", "binary" and "duration" write numbers."""
    if form is None:
        return (
            value
            if value is None
            else spelled(value).capitalize()
            if isinstance(value, bool)
            else spelled(value)
        )
    read = number(value)
    if read is None or (form in ("hex", "binary") and abs(read) >= 2**63):
        return None
    return FORMS[spelled(form)](read)


def with_commas(value: float) -> str:
    """Rounded to two decimals, thousands apart."""
    written = f"{rounded(abs(value), 2):,.2f}" if value % 1 else f"{abs(value):,.0f}"
    return f"-{written}" if value < 0 else written


def as_duration(value: float) -> str:
    """HH:MM:SS, days before a plus sign."""
    seconds = int(abs(value))
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return ("-" if value < 0 else "") + (f"{days}+{clock}" if days else clock)


FORMS = {
    "commas": with_commas,
    "hex": lambda value: f"0x{int(value) % 2**64:X}",  # as C's printf writes a negative one
    "binary": lambda value: f"{int(value) % 2**64:b}",
    "duration": as_duration,
}


def written_time(value: Value, form: str) -> Value:
    """`strftime` in UTC; a number is epoch seconds."""
    seconds = number(value)
    if seconds is None:
        return None
    try:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=round(seconds * 1e6))
    except OverflowError:
        return None
    return moment.strftime(form)


def read_time(value: str, form: str) -> Value:
    """`strptime` in UTC; null where the text does not fit."""
    try:
        read = dt.datetime.strptime(value, form)  # noqa: DTZ007 - the format may hold a zone
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()


PLAIN: dict[str, Plain] = {
    "tonumber": to_number,
    "tostring": to_string,
    "strftime": strict(lambda value, form: written_time(value, spelled(form))),
    "strptime": strict(lambda value, form: read_time(spelled(value), spelled(form))),
}
