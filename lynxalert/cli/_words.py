"""Times, keys, overlays and messages of replies → words for people. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Fields: TypeAlias = Mapping[str, Any]


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


def name_words(each: Fields) -> str:
    """Whose it is, if an alert's."""
    return f"{each['alert']['name'] or each['alert']['id']}: " if each["alert"] else ""


def key_words(key: Any) -> str:
    """An instance's key as people read it."""
    if not isinstance(key, Mapping):
        return str(key)
    return ", ".join(f"{name}={_plain(value)}" for name, value in key.items()) or "-"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
