"""Ids of alerts ↔ UUIDs, for products that have those: the same alert under both, found by either. Pure."""

from __future__ import annotations

import re

_NATIVE = re.compile(r"alt_([0-9a-f]{16})")
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f])00-6c796e780000", re.IGNORECASE)


def uuid_of(alert_id: str) -> str:
    """The UUID (version 8) that holds *alert_id*.

    >>> uuid_of("alt_0123456789abcdef")
    '01234567-89ab-8cde-8f00-6c796e780000'

    Raises:
        ValueError: it is no id of an alert.
    """
    found = _NATIVE.fullmatch(alert_id)
    if found is None:
        raise ValueError(f"no id of an alert: {alert_id}")
    digits = found[1]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[12:15]}-8{digits[15]}00-6c796e780000"


def native_id(text: str) -> str:
    """The id that the UUID *text* holds; anything else as it is.

    >>> native_id("01234567-89AB-8cde-8f00-6c796e780000")
    'alt_0123456789abcdef'
    """
    found = _UUID.fullmatch(text)
    return text if found is None else "alt_" + "".join(found.groups()).lower()
