"""Every golden under `golden/plays/`: settings and reasons to stay quiet that meet, worked out by hand."""

from __future__ import annotations

import pathlib

import pytest

from tests.goldens import load, parametrize
from tests.proofs.play import play


@parametrize("plays")
async def test_play(path: pathlib.Path, tmp_path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    case.expect("heard", await play(tmp_path, case.sections))
