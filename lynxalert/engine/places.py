"""A MaxMind database (`.mmdb`, GeoLite2 City and kin) → what is known of an address. The one door to its reader."""

from __future__ import annotations

import ipaddress
import pathlib
from collections.abc import Mapping
from typing import Any

import maxminddb

from lynxalert.plan.knowledge import BadLookup


class AddressDatabase:
    """An open database; safe to ask from several threads."""

    def __init__(self, path: pathlib.Path) -> None:
        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)
        except (maxminddb.InvalidDatabaseError, OSError, ValueError) as wrong:
            raise BadLookup(f"`{path.name}` is no database of addresses: {wrong}") from None

    def find(self, address: str) -> Mapping[str, str | float] | None:
        """City, Country, Region, lat, lon, Continent, MetroCode, Timezone of *address*, as far as they are known."""
        try:
            record = self._reader.get(ipaddress.ip_address(address.strip()))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None  # no address, or one of a family that the database lacks
        return described(record) if isinstance(record, dict) else None


def described(record: Mapping[str, Any]) -> dict[str, str | float]:
    """A record of a City or Country database under the names of `iplocation`, in English; what is unknown is absent."""
    location = record.get("location") or {}
    regions = record.get("subdivisions") or [{}]
    found = {
        "City": _name(record.get("city")),
        "Country": _name(record.get("country")),
        "Region": _name(regions[0]),
        "lat": location.get("latitude"),
        "lon": location.get("longitude"),
        "Continent": _name(record.get("continent")),
        "MetroCode": _text(location.get("metro_code")),
        "Timezone": location.get("time_zone"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _name(entry: Mapping[str, Any] | None) -> str | None:
    return _text(((entry or {}).get("names") or {}).get("en"))
