"""What every test can ask for."""

from __future__ import annotations

import atexit
import gc
import os
import pathlib
import shutil
import tempfile

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.goldens", "tests.acceptance.daemon", "tests.queries")

from tests.order import ordered  # noqa: E402 - after what was said of it

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=20)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

MEMORY = pathlib.Path("/dev/shm")
ROOM = 4 * 2**30  # bytes: more than ten times what they take

# Tests and what they import are a million objects that stay: the usual 700 new ones between two looks for garbage would
# have all of them looked through again and again.
gc.set_threshold(50_000, *gc.get_threshold()[1:])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-rewrite", action="store_true", help="rewrite goldens; the diff is the review")


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where there is room: thousands of times they wait for the disk, which proves nothing.

    With `--basetemp FOLDER` they lie there, and are kept.
    """
    if hasattr(config, "workerinput") or config.option.basetemp is not None:
        return
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        folder = tempfile.mkdtemp(prefix="lynxalert-tests-", dir=MEMORY)
        config.option.basetemp = f"{folder}/all"
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = ordered(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """What was collected is no garbage. Thawed when the process ends, or it counts as leaked, and DuckDB says so at length."""
    gc.freeze()
    atexit.register(gc.unfreeze)
