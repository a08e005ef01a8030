"""Every golden under `golden/alerts/`: a policy and what its keys did, and what was told of it."""

from __future__ import annotations

import pathlib

import pytest

from tests.alerts.timeline import play
from tests.goldens import load, parametrize


@parametrize("alerts")
def test_timeline(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    case.expect("timeline", play(case["alert"], case["rows"]))
