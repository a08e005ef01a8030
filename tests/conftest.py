"""What every test can ask for."""

from __future__ import annotations

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=20)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-rewrite", action="store_true", help="rewrite goldens; the diff is the review")
