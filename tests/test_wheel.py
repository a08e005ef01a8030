"""What users install: the wheel is built and carries all that is no Python."""

from __future__ import annotations

import pathlib
import zipfile

from tests.wheel import ROOT, built


def test_the_wheel_carries_grammar_packs_and_example(tmp_path: pathlib.Path) -> None:
    names = set(zipfile.ZipFile(built(tmp_path)).namelist())
    wanted = {f"lynxalert/grammar/{path.name}" for path in (ROOT / "grammar").glob("*.lark")}
    wanted |= {
        f"lynxalert/queries/{path.relative_to(ROOT / 'queries')}"
        for path in (ROOT / "queries").rglob("*.toml")
    }
    wanted.add("lynxalert/config.example.toml")
    wanted |= {
        str(path.relative_to(ROOT)) for path in (ROOT / "lynxalert" / "state" / "migrations").rglob("*.py")
    }
    assert wanted - names == set()
