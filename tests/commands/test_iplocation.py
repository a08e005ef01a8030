from __future__ import annotations

import pathlib

import pytest

import lynxalert
from lynxalert.engine.places import AddressDatabase
from lynxalert.plan.knowledge import BadLookup
from tests.commands.mmdb import database
from tests.queries import NOW

BERLIN = {
    "city": {"names": {"en": "Berlin", "de": "Berlin"}},
    "continent": {"names": {"en": "Europe"}},
    "country": {"iso_code": "DE", "names": {"en": "Germany"}},
    "location": {"latitude": 52.5, "longitude": 13.4, "time_zone": "Europe/Berlin", "metro_code": 7},
    "subdivisions": [{"names": {"en": "Land Berlin"}}, {"names": {"en": "Mitte"}}],
}
SOMEWHERE = {"country": {"names": {"en": "Chile"}}}
EVENTS = [
    {"n": 1, "ip": "81.2.69.160", "City": "old"},
    {"n": 2, "ip": "190.1.1.1", "City": "old"},
    {"n": 3, "ip": "10.0.0.1", "City": "old"},
    {"n": 4, "ip": "no address"},
    {"n": 5, "ips": ["81.2.69.160", "190.1.1.1"]},
]


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    networks = {"81.2.69.0/24": BERLIN, "190.0.0.0/8": SOMEWHERE}
    (tmp_path / "GeoLite2-City.mmdb").write_bytes(database(networks))
    return tmp_path


def located(folder: pathlib.Path, query: str) -> list[dict[str, object]]:
    with lynxalert.open(lookups=folder) as store:
        store.ingest([{"timestamp": "2026-02-14T11:00:00Z", **event} for event in EVENTS])
        return list(store.query(query, now=NOW).rows)


def test_known_addresses_get_places_and_others_none(folder: pathlib.Path) -> None:
    rows = located(folder, "| iplocation ip | sort n | table n City Country Region lat lon")
    assert rows == [
        {"n": 1, "City": "Berlin", "Country": "Germany", "Region": "Land Berlin", "lat": 52.5, "lon": 13.4},
        {"n": 2, "City": None, "Country": "Chile", "Region": None, "lat": None, "lon": None},
        *(
            {"n": n, "City": None, "Country": None, "Region": None, "lat": None, "lon": None}
            for n in (3, 4, 5)
        ),
    ]


def test_more_fields_and_a_prefix(folder: pathlib.Path) -> None:
    query = "n=1 | iplocation prefix=src_ allfields=true ip | table City src_City src_Continent src_MetroCode src_Timezone"
    assert located(folder, query) == [
        {
            "City": "old",
            "src_City": "Berlin",
            "src_Continent": "Europe",
            "src_MetroCode": "7",
            "src_Timezone": "Europe/Berlin",
        }
    ]


def test_a_multivalue_gets_the_places_of_all_its_addresses(folder: pathlib.Path) -> None:
    rows = located(folder, "n=5 | iplocation ips{} | table Country City")
    assert [sorted(rows[0]["Country"]), rows[0]["City"]] == [["Chile", "Germany"], "Berlin"]


def test_nothing_to_look_up(folder: pathlib.Path) -> None:
    assert located(folder, "n=99 | iplocation ip | stats count") == [{"count": 0}]


def test_an_unseen_field_is_warned_about(folder: pathlib.Path) -> None:
    with lynxalert.open(lookups=folder) as store:
        store.ingest([{"a": 1}])
        result = store.query("| iplocation clientip | table a", now=NOW)
    assert [str(warning.code) for warning in result.warnings] == ["W201"]


def test_two_databases_are_one_too_many(folder: pathlib.Path) -> None:
    (folder / "other.mmdb").write_bytes(b"")
    with pytest.raises(
        lynxalert.QueryError, match=r"keep one `\.mmdb` file only; there are GeoLite2-City\.mmdb, other\.mmdb"
    ):
        located(folder, "| iplocation ip")


def test_a_broken_database_is_said_to_be_one(tmp_path: pathlib.Path) -> None:
    (tmp_path / "city.mmdb").write_bytes(b"no database")
    with pytest.raises(lynxalert.QueryError, match=r"`city\.mmdb` is no database of addresses"):
        located(tmp_path, "| iplocation ip")


def test_an_address_of_the_other_family_is_unknown(folder: pathlib.Path) -> None:
    places = AddressDatabase(folder / "GeoLite2-City.mmdb")
    assert places.find("2001:db8::1") is None
    assert places.find(" 81.2.69.1 ") is not None


def test_a_missing_file_is_no_database(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadLookup):
        AddressDatabase(tmp_path / "none.mmdb")
