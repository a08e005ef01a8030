"""What every test can ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import hypothesis
import pytest

from tests.order import ordered

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=20)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

# Tests and what they import are a million objects that stay: the usual 700 new ones between two looks for garbage would
# have all of them looked through again and again.
gc.set_threshold(50_000, *gc.get_threshold()[1:])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-rewrite", action="store_true", help="rewrite goldens; the diff is the review")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = ordered(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[object]:
    """What was collected is no garbage; thawed at the end, or it counts as leaked."""
    gc.collect()
    gc.freeze()
    try:
        return (yield)
    finally:
        gc.unfreeze()
