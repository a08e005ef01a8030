from __future__ import annotations

import os
import pathlib

import pytest

import lynxalert
from lynxalert.engine import LookupFolder
from lynxalert.plan.knowledge import BadLookup, DefinedLookup, Lookup
from tests.queries import NOW


def written(folder: pathlib.Path, name: str, text: str, *, at: int = 1) -> pathlib.Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def test_a_lookup_is_read_with_or_without_its_suffix(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "hosts.csv", "ip,owner\n10.0.0.1,ann\n\n10.0.0.2\n")
    folder = LookupFolder(tmp_path)
    expected = Lookup(("ip", "owner"), [("10.0.0.1", "ann"), ("10.0.0.2", None)])
    assert folder.find("hosts") == expected
    assert folder.find("hosts.csv") == expected
    assert folder.names() == ("hosts",)


def test_a_folder_that_does_not_exist_has_no_lookups(tmp_path: pathlib.Path) -> None:
    folder = LookupFolder(tmp_path / "later")
    assert folder.names() == ()
    assert folder.find("hosts") is None
    assert folder.places() is None
    assert folder.version() == ()


@pytest.mark.parametrize("name", ["../hosts", "/etc/passwd", "a\\b", "", ".hidden", "a/b.csv", "a\0b"])
def test_a_name_with_separators_reaches_nothing(tmp_path: pathlib.Path, name: str) -> None:
    with pytest.raises(BadLookup, match="is no name of a lookup"):
        LookupFolder(tmp_path).find(name)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: pathlib.Path) -> None:
    inside = tmp_path / "lookups"
    inside.mkdir()
    written(tmp_path, "secret.csv", "a\n1\n")
    written(inside, "real.csv", "a\n1\n")
    (inside / "out.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "within.csv").symlink_to(inside / "real.csv")
    folder = LookupFolder(inside)
    assert folder.find("out") is None
    assert folder.find("within") == Lookup(("a",), [("1",)])


def test_an_unchanged_file_is_read_once_and_a_changed_one_again(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "t.csv", "a\n1\n", at=1)
    folder = LookupFolder(tmp_path)
    first, version = folder.find("t"), folder.version()
    assert folder.find("t") is first
    assert folder.version() == version
    written(tmp_path, "t.csv", "a\n2\n", at=2)
    assert folder.find("t") == Lookup(("a",), [("2",)])
    assert folder.version() != version


def test_a_compiled_query_sees_the_changed_file(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "t.csv", "a\n1\n", at=1)
    with lynxalert.open(lookups=tmp_path) as store:
        assert store.query("| inputlookup t", now=NOW).rows == [{"a": "1"}]
        written(tmp_path, "t.csv", "a\n2\n", at=2)
        assert store.query("| inputlookup t", now=NOW).rows == [{"a": "2"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no header"),
        (b"a,a\n", "two columns called `a`"),
        (b"a\n1,2\n", "has 2 cells in line 2, but 1 columns"),
        (b"a\n\xff\n", "cannot be read: 'utf-8' codec"),
        (b'a\n"' + b"x" * 200_000 + b'"\n', "cannot be read: field larger than field limit"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: pathlib.Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(BadLookup, match=message):
        LookupFolder(tmp_path).find("bad")


def test_a_file_beyond_the_bounds_is_refused(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "big.csv", "a\n" + "1\n" * 100)
    with pytest.raises(BadLookup, match="is larger than 50 bytes"):
        LookupFolder(tmp_path, largest=50).find("big")
    with pytest.raises(BadLookup, match="has more than 99 rows"):
        LookupFolder(tmp_path, most=99).find("big")


def test_more_matches_than_a_thousand_are_cut_with_a_warning(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "many.csv", "k,v\n" + "".join(f"a,{number}\n" for number in range(1_001)))
    with lynxalert.open(lookups=tmp_path) as store:
        store.ingest([{"k": "a"}])
        result = store.query("| lookup many k OUTPUT v | eval n=mvcount(v) | table n", now=NOW)
    assert result.rows == [{"n": 1_000}]
    assert [warning.message for warning in result.warnings] == [
        "1,001 rows of the lookup fit `a`; the first 1,000 are taken"
    ]


def test_a_lookup_is_replaced_at_once_and_leaves_nothing_beside_it(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "t.csv", "a\n1\n")
    folder = LookupFolder(tmp_path)
    before = (tmp_path / "t.csv").open(encoding="utf-8")
    folder.replace("t", lambda lookup: lookup and Lookup(lookup.columns, [*lookup.rows, ("2",)]))
    assert folder.find("t") == Lookup(("a",), [("1",), ("2",)])
    with before:
        assert before.read() == "a\n1\n"  # whoever reads meanwhile reads the old file
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_what_a_lookup_may_not_hold_leaves_the_old_one(tmp_path: pathlib.Path) -> None:
    written(tmp_path, "t.csv", "a\n1\n")
    folder = LookupFolder(tmp_path, {"db": DefinedLookup("x.duckdb")}, largest=20, most=2)
    for name, rows, message in (
        ("t", [("1",)] * 3, "would have more than 2 rows"),
        ("t", [("1" * 20,)], "would be larger than 20 bytes"),
        ("db", [], "is a table of a database"),
        ("../t", [], "is no name of a lookup"),
    ):
        with pytest.raises(BadLookup, match=message):
            folder.replace(name, lambda _, rows=rows: Lookup(("a",), rows))  # type: ignore[misc]
    assert (tmp_path / "t.csv").read_text() == "a\n1\n"
    folder.replace("t", lambda _: None)
    assert (tmp_path / "t.csv").read_text() == "a\n1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_link_is_replaced_and_what_it_led_to_is_not(tmp_path: pathlib.Path) -> None:
    inside = tmp_path / "lookups"
    inside.mkdir()
    secret = written(tmp_path, "secret.csv", "a\n1\n")
    (inside / "out.csv").symlink_to(secret)
    LookupFolder(inside).replace("out", lambda before: None if before else Lookup(("b",), [("2",)]))
    assert secret.read_text() == "a\n1\n"
    assert LookupFolder(inside).find("out") == Lookup(("b",), [("2",)])
