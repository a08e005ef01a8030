"""Texts that are instants ↔ microseconds, where the way back gives the same text. Pure.

`2026-11-21T14:41:00.123Z` takes 24 bytes as text and hardly any as a number that grows with its neighbours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from lynxalert.events.extract.times import micros


class Written(NamedTuple):
    """One way to write an instant in UTC: Python's word for its precision, Arrow's unit, how its zone is written."""

    precision: str
    unit: str
    digits: int  # of a fraction of a second
    zone: str

    @property
    def length(self) -> int:
        """Of the text."""
        return POINT + (1 + self.digits if self.digits else 0) + len(self.zone)


POINT = 19  # where the fraction of a second begins
# By what DuckDB's `strftime` makes that text of. `+00:00` is what Python's `isoformat` writes.
FORMS = {
    f"%Y-%m-%dT%H:%M:%S{fraction}{zone}": Written(precision, unit, digits, zone)
    for zone in ("Z", "+00:00")
    for fraction, precision, unit, digits in (
        ("", "seconds", "s", 0),
        (".%g", "milliseconds", "ms", 3),
        (".%f", "microseconds", "us", 6),
    )
}


def form_of(values: Iterable[Any]) -> str | None:
    """The form in which all of *values* are written, if they have one in common."""
    texts = [value for value in values if value is not None]
    for form, written in FORMS.items():
        if texts and isinstance(texts[0], str) and len(texts[0]) == written.length:
            return form if all(stamp(text, form) is not None for text in texts) else None
    return None


def stamped_as(values: Sequence[Any]) -> tuple[str, list[int | None]] | None:
    """The form in which all of *values* (None apart) are written, and those as `stamp` reads them; None without one."""
    first = next((value for value in values if value is not None), None)
    for form, written in FORMS.items():
        if type(first) is str and len(first) == written.length:
            found = stamps(values, form)
            return None if found is None else (form, found)
    return None


def stamp(value: Any, form: str) -> int | None:
    """*value* in microseconds since 1970 UTC if it is written in *form*, to the letter, and not before 1970."""
    written = FORMS[form]
    if type(value) is not str or len(value) != written.length or not value.endswith(written.zone):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if f"{moment.replace(tzinfo=None).isoformat(timespec=written.precision)}{written.zone}" != value:
        return None
    found = micros(moment)
    return found if found >= 0 else None


def stamps(values: Sequence[Any], form: str) -> list[int | None] | None:
    """All of *values* (None stays) as `stamp` reads each; None where one does not fit."""
    written = FORMS[form]
    try:
        if not _marked([value for value in values if value is not None], written):
            return None
        moments = pa.array(values, pa.string()).cast(pa.timestamp(written.unit, "UTC"))
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
        return None
    found: list[int | None] = moments.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    return None if any(one is not None and one < 0 for one in found) else found


def _marked(texts: Sequence[str], written: Written) -> bool:
    """Whether all of *texts* are as long as those *written*, T, point and zone where they belong; what Arrow reads then is digits.

    It would also read a blank for the T, and another offset for the zone.
    """
    joined, total, length = "".join(texts), len(texts), written.length
    if set(map(len, texts)) - {length}:
        return False
    marks = {10: "T", **dict(enumerate(written.zone, length - len(written.zone)))}
    if written.digits:
        marks[POINT] = "."
    return all(joined[place::length] == mark * total for place, mark in marks.items())
