"""Tables kept between processes: an old one is never met, a broken or foreign one is never read."""

from __future__ import annotations

import os
import pathlib

import pytest

from lynxalert.lang import grammar, kept, tables


def test_what_was_written_is_read(tmp_path: pathlib.Path) -> None:
    kept.write("one", tmp_path / "new" / "folder", b"content")
    assert kept.read("one", tmp_path / "new" / "folder") == b"content"
    assert kept.read("other", tmp_path / "new" / "folder") is None
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["one.kept"]


def test_without_a_folder_nothing_is_kept() -> None:
    kept.write("one", None, b"content")
    assert kept.read("one", None) is None


def test_a_place_that_is_no_folder_costs_nothing_but_time(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept.write("one", tmp_path / "file", b"content")
    kept.write("one", tmp_path / "file" / "below", b"content")
    assert kept.read("one", tmp_path / "file" / "below") is None


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_not_read(tmp_path: pathlib.Path, damage: bytes | None) -> None:
    kept.write("one", tmp_path, b"content")
    file = tmp_path / "one.kept"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"X" if damage is None else damage)
    assert kept.read("one", tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no modes to look at")
@pytest.mark.parametrize("open_to_all", ["folder", "file"])
def test_what_others_may_write_is_not_read(tmp_path: pathlib.Path, open_to_all: str) -> None:
    folder = tmp_path / "kept"
    kept.write("one", folder, b"content")
    (folder if open_to_all == "folder" else folder / "one.kept").chmod(0o777)
    assert kept.read("one", folder) is None


def test_nothing_is_written_where_others_may_write(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o777)
    kept.write("one", tmp_path, b"content")
    assert list(tmp_path.iterdir()) == []


def test_few_files_are_kept(tmp_path: pathlib.Path) -> None:
    for number in range(kept.MOST + 3):
        kept.write(f"v{number}", tmp_path, b"content")
        os.utime(tmp_path / f"v{number}.kept", (number, number))
    kept.write("last", tmp_path, b"content")
    names = {path.stem for path in tmp_path.iterdir()}
    assert len(names) == kept.MOST
    assert "last" in names
    assert "v0" not in names


def test_the_cache_folder_follows_the_xdg_rules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept.usual() == tmp_path / "lynxalert"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert kept.usual() == tmp_path / "home" / ".cache" / "lynxalert"


def test_kept_tables_parse_as_fresh_ones(tmp_path: pathlib.Path) -> None:
    text = (
        'level=error [search a=b | fields c] | stats count(eval(x>1)) as n, p95(ms) by host | where n > "5"'
    )
    built = tables.parser(grammar.text(), tmp_path)
    loaded = tables.parser(grammar.text(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert built.source_path != loaded.source_path == "<deserialized>"
    assert built.parse(text) == loaded.parse(text)


def test_another_grammar_meets_no_old_tables(tmp_path: pathlib.Path) -> None:
    tables.parser(grammar.text(), tmp_path)
    changed = grammar.text().replace('"tail"i', '"tails"i')
    assert changed != grammar.text()
    assert tables.named(changed) != tables.named(grammar.text())
    tables.parser(changed, tmp_path).parse("a | tails 5")
    assert len(list(tmp_path.iterdir())) == 2
