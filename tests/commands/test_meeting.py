"""Rows of a lookup met by patterns and networks, held against a plain reading of every cell."""

from __future__ import annotations

import fnmatch
import ipaddress
import pathlib

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lynxalert
from lynxalert.engine import LookupFolder
from lynxalert.plan.knowledge import BadLookup, DefinedLookup, Lookup, Matching
from lynxalert.plan.meeting import Meeting
from tests.queries import NOW

CELLS = st.text("ab*", max_size=4)
ADDRESSES = st.one_of(
    st.integers(0, 255).map(lambda last: f"10.0.0.{last}"),
    st.integers(0, 2**32 - 1).map(lambda number: str(ipaddress.IPv4Address(number))),
    st.integers(0, 2**128 - 1).map(lambda number: str(ipaddress.IPv6Address(number))),
)
NETWORKS = st.one_of(
    st.tuples(ADDRESSES, st.integers(0, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"), st.just("no network")
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), CELLS, CELLS)
def test_wildcards_fit_as_a_shell_reads_them(rows: list[tuple[str, str]], first: str, second: str) -> None:
    lookup = Lookup(("a", "b"), rows, Matching(frozenset("ab"), letters_count=True))
    expected = [
        row
        for row in rows
        if fnmatch.fnmatchcase(first, row[0]) and fnmatch.fnmatchcase(second, row[1])
        if all(row)
    ]
    assert Meeting(lookup, ("a", "b")).rows((first, second)) == expected


@given(st.lists(NETWORKS, max_size=12), ADDRESSES)
def test_networks_hold_what_lies_in_them(networks: list[str], address: str) -> None:
    lookup = Lookup(("net",), [(network,) for network in networks], Matching(networks=frozenset(["net"])))

    def holds(network: str) -> bool:
        try:
            return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
        except ValueError:
            return False

    expected = [(network,) for network in networks if holds(network)]
    assert Meeting(lookup, ("net",)).rows((address,)) == expected


def database(folder: pathlib.Path, statement: str) -> None:
    with duckdb.connect(str(folder / "assets.duckdb")) as connection:
        connection.execute(statement)


def test_a_table_of_a_database_is_a_lookup(tmp_path: pathlib.Path) -> None:
    database(
        tmp_path, "CREATE TABLE hosts AS SELECT 'a' host, 7 n, 1.5 x, true up, DATE '2026-01-02' d, NULL z"
    )
    folder = LookupFolder(tmp_path, {"hosts": DefinedLookup("assets.duckdb")})
    found = folder.find("hosts")
    assert found == Lookup(
        ("host", "n", "x", "up", "d", "z"), [("a", "7", "1.5", "true", "2026-01-02", None)]
    )
    assert folder.names() == ("hosts",)
    with lynxalert.open(lookups=folder) as store:
        store.ingest([{"host": "a"}])
        rows = store.query("| lookup hosts host OUTPUT n | table n", now=NOW).rows
    assert rows == [{"n": "7"}]


def test_a_changed_database_is_read_again(tmp_path: pathlib.Path) -> None:
    database(tmp_path, "CREATE TABLE t AS SELECT 1 a")
    folder = LookupFolder(tmp_path, {"t": DefinedLookup("assets.duckdb", "t")})
    before = folder.version()
    assert folder.find("t") == Lookup(("a",), [("1",)])
    database(tmp_path, "CREATE TABLE big AS SELECT range i FROM range(100000); INSERT INTO t VALUES (2)")
    assert folder.version() != before
    assert folder.find("t") == Lookup(("a",), [("1",), ("2",)])


def test_a_database_reaches_no_other_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    database(tmp_path, f"CREATE VIEW out AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    folder = LookupFolder(tmp_path, {"out": DefinedLookup("assets.duckdb")})
    with pytest.raises(BadLookup, match=r"table `out` of `assets[.]duckdb` cannot be read"):
        folder.find("out")


@pytest.mark.parametrize("content", [b"no database", b""])
def test_what_is_no_database_is_refused(tmp_path: pathlib.Path, content: bytes) -> None:
    (tmp_path / "assets.duckdb").write_bytes(content)
    folder = LookupFolder(tmp_path, {"t": DefinedLookup("assets.duckdb")})
    with pytest.raises(BadLookup, match=r"table `t` of `assets[.]duckdb` cannot be read"):
        folder.find("t")
