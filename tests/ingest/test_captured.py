"""What real clients sent (`make integration` with CAPTURE), byte for byte, to a daemon: every event must come back."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.daemon import free_port
from tests.api.house import MINUTE, living
from tests.integration.clients import CLIENTS
from tests.integration.events import compare

CAPTURED = sorted((pathlib.Path(__file__).parent / "captured").glob("*.*"))
BY_NAME = {client.name: client for client in CLIENTS}
N = 3
CONFIG = """
[server]
listen = "127.0.0.1:0"
[store]
keep = "3650d"  # some events are years older than the clock: no sweep takes them away
[ingest.syslog]
tcp = "127.0.0.1:{port}"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rows(tmp_path_factory) -> AsyncIterator[list[dict[str, Any]]]:
    """What a daemon holds that was sent everything."""
    port = free_port()
    async with living(tmp_path_factory.mktemp("captured"), CONFIG.replace("{port}", str(port))) as house:
        open_ones = []
        for file in CAPTURED:
            where = house.daemon.address.port if file.suffix == ".http" else port
            _, writer = await asyncio.open_connection("127.0.0.1", where)
            writer.write(
                file.read_bytes()
            )  # several requests may follow each other: an end would cut them off
            open_ones.append(writer)
        house.clock.tick(MINUTE)
        question = {"q": "index=*", "earliest": "2020-01-01", "latest": "2030-01-01"}

        async def all_of_them() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await house.asked(question)).data["rows"]
            return found if len(found) >= N * len(CAPTURED) else []

        try:
            yield await house.until(all_of_them)
        finally:
            for writer in open_ones:
                writer.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("file", CAPTURED, ids=lambda file: file.stem)
async def test_every_event_comes_back(file: pathlib.Path, rows: list[dict[str, Any]]) -> None:
    client = BY_NAME[file.stem]
    wanted = dict(pair.split("=") for pair in client.search.format(name=client.name).split())
    own = [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]
    compare(client, own, N)


def test_every_client_that_uses_a_connection_was_captured() -> None:
    assert {file.stem for file in CAPTURED} == {name for name in BY_NAME if not name.endswith("-udp")}
