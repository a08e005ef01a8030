"""Real clients send events to a real daemon; every event must come back, field by field.

    make integration                      # all of them; what cannot be installed is skipped with the reason
    make integration CLIENT=rsyslog       # those whose name has the word

Clients are kept in `.clients/`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.daemon import Daemon, free_port
from tests.integration.clients import CLIENTS, Client
from tests.integration.events import compare, event
from tests.integration.install import Machine, NotInstalled, Npm, Pip
from tests.integration.tee import Tee

HERE = pathlib.Path(__file__).parent
N = int(os.environ.get("N", "250"))
SYSLOG = '[ingest.syslog]\nudp = "127.0.0.1:{udp}"\ntcp = "127.0.0.1:{tcp}"\n'

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


class House:
    """A daemon with all its doors open."""

    def __init__(self, daemon: Daemon, udp: int, tcp: int) -> None:
        self.daemon = daemon
        self.udp = udp
        self.tcp = tcp

    async def rows(self, search: str) -> list[dict[str, Any]]:
        question = {"q": search, "earliest": "2020-01-01", "latest": "+1d", "limit": 10_000}
        found = await self.daemon.ask("POST", "/api/v1/query", json=question)
        return list(found["rows"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory) -> AsyncIterator[House]:
    udp, tcp = free_port(), free_port()
    async with Daemon(tmp_path_factory.mktemp("daemon"), SYSLOG.format(udp=udp, tcp=tcp)) as daemon:
        await daemon.start()
        yield House(daemon, udp, tcp)
        await daemon.stop()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_every_event_comes_back(client: Client, house: House, tmp_path: pathlib.Path) -> None:
    try:
        root = await asyncio.to_thread(client.packages.folder)
    except NotInstalled as reason:
        pytest.skip(f"{client.name}: {reason}")
    events = [event(number) for number in range(N)]
    file = tmp_path / "events.jsonl"
    lines = (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in events)
    file.write_text("".join(f"{each}\n" for each in lines))
    search = f"index=* {client.search.format(name=client.name)}"
    async with Tee(house.daemon.port) as tee, Tee(house.tcp) as line:
        environment = {
            **os.environ,
            **client.settings,
            "EVENTS": str(file),
            "N": str(N),
            "NAME": client.name,
            "URL": f"http://127.0.0.1:{tee.port}",
            "UDP": f"127.0.0.1:{house.udp}",
            "TCP": f"127.0.0.1:{line.port}",
            "ROOT": str(root),
            "MODULES": str(root),
            "WORK": str(tmp_path),
        }
        async with running(command(client, root), environment, stays=client.stays) as said:
            rows = await arrived(house, search, said, stays=client.stays)
    tee.keep(f"{client.name}.http")
    line.keep(f"{client.name}.syslog")
    compare(client, rows, N)


def command(client: Client, root: pathlib.Path) -> list[str]:
    script = str(HERE / client.script)
    match client.packages:
        case Pip():
            return [str(root / "bin" / "python"), script]
        case Npm():
            return ["node", script]
        case Machine("python3"):
            return ["python3", script]
    return [script]


@contextlib.asynccontextmanager
async def running(
    command: list[str], environment: dict[str, str], *, stays: bool
) -> AsyncIterator[asyncio.Task[str]]:
    """The client, and what it said once it has ended; one that does not stay has ended well already."""
    pipe, both = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=both)

    async def said() -> str:
        return (await process.communicate())[0].decode(errors="replace")

    saying = asyncio.ensure_future(said())
    try:
        if not stays:
            await asyncio.wait_for(asyncio.shield(saying), 60)
            assert process.returncode == 0, await saying
        yield saying
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(saying, 10)


async def arrived(
    house: House, search: str, client: asyncio.Task[str], *, stays: bool
) -> list[dict[str, Any]]:
    """All events, once they have come."""
    async with asyncio.timeout(20):
        while len(rows := await house.rows(search)) < N:
            assert not (stays and client.done()), f"the client has ended: {await client}"
            await asyncio.sleep(0.05)
    return rows
