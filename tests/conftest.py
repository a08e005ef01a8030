"""What every test can ask for."""

from __future__ import annotations

import hypothesis
import pytest

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=40)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-rewrite", action="store_true", help="rewrite goldens; the diff is the review")
