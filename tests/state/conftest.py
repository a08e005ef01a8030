"""A real state file per test."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest

from lynxalert.state import Database


@pytest.fixture
async def database(tmp_path: pathlib.Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "state.sqlite")
    yield opened
    await opened.close()
