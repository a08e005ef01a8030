"""The golden runner: small text files with named sections, readable without Python.

    -- query --
    status>=500 | stats count by host
    -- rows --
    {"host": "a", "count": 3}

A test reads the input sections, computes the output sections, and calls `case.expect("rows", text)`.
With `make golden` the output sections are rewritten instead, and the diff is the review.
"""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass, field

import pytest

FOLDER = pathlib.Path(__file__).parent / "golden"
HEADER = re.compile(r"^-- ([a-z][a-z0-9 _.-]*) --$", re.MULTILINE)


@dataclass
class Case:
    """One golden file: its sections by name, in order."""

    path: pathlib.Path
    rewrite: bool
    sections: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.sections[name]

    def get(self, name: str, default: str = "") -> str:
        return self.sections.get(name, default)

    def expect(self, name: str, actual: str) -> None:
        """Compare section *name* with *actual*, or write it there when rewriting."""
        actual = actual.strip("\n")
        if self.rewrite:
            self.sections[name] = actual
            text = "\n".join(f"-- {section} --\n{body}" for section, body in self.sections.items())
            self.path.write_text(text + "\n", encoding="utf-8")
            return
        assert actual == self.sections.get(name, f"(no section `{name}`; run `make golden`)")


def load(path: pathlib.Path, *, rewrite: bool) -> Case:
    text = path.read_text(encoding="utf-8")
    parts = HEADER.split(text)
    sections = {name: body.strip("\n") for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    return Case(path, rewrite, sections)


def cases(kind: str) -> list[pathlib.Path]:
    """Every golden under `tests/golden/<kind>/`, for `pytest.mark.parametrize`."""
    return sorted((FOLDER / kind).rglob("*.txt"))


def parametrize(kind: str) -> pytest.MarkDecorator:
    """Run the test once per golden of *kind*, as argument `path`."""
    return pytest.mark.parametrize(
        "path", cases(kind), ids=lambda path: str(path.relative_to(FOLDER / kind))[:-4]
    )
