from __future__ import annotations

import pytest_asyncio

from tests.api.house import living


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory):
    """One daemon for all tests of a module: each asks only for what it sent itself."""
    async with living(tmp_path_factory.mktemp("shared")) as house:
        yield house
