from __future__ import annotations

import os
import pathlib

import pytest

import lynxalert
from lynxalert.engine import LookupFolder
from lynxalert.plan.knowledge import BadLookup, Lookup
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
