"""The daemon as a process: how it starts, refuses to start, reads again, and ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from tests.acceptance.daemon import Daemon, free_port
from tests.notify.provider import Answer, Provider, serving

CHANNEL = '[channels.hook]\ntype = "webhook"\nurl = "{url}/hook"\n'
ALERT = """
[alerts.errors]
q = "level=error | stats count as errors | where errors > 2"
interval = "1s"
window = "1h"
channels = ["hook"]
"""

pytestmark = [pytest.mark.slow(4, waits=True), pytest.mark.timeout(900)]


def serve(*arguments: str, cwd=None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lynxalert", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=cwd, check=False)


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(100):
        while not await check():  # noqa: ASYNC110 - nothing in this process tells
            await asyncio.sleep(0.02)


async def arrived(provider: Provider, count: int) -> bool:
    return len(provider.requests) >= count


async def logged(daemon: Daemon, event: str) -> bool:
    whole = daemon.log().rpartition("\n")[0]  # the last line may be half written
    return event in [json.loads(line)["event"] for line in whole.splitlines() if line.startswith("{")]


async def test_a_second_daemon_on_the_same_data_and_one_on_the_same_port_are_told_why(tmp_path) -> None:
    daemon = Daemon(tmp_path, "")
    await daemon.start()
    try:
        second = tmp_path / "second.toml"
        second.write_text(f'[server]\nlisten = "127.0.0.1:{free_port()}"\n')
        found = await asyncio.to_thread(serve, "--config", str(second))
        assert found.returncode == 3
        assert f"the data folder {tmp_path}/data is in use by process " in found.stderr
        second.write_text(f'[server]\nlisten = "127.0.0.1:{daemon.port}"\n[store]\npath = "other"\n')
        found = await asyncio.to_thread(serve, "--config", str(second))
        assert found.returncode == 3
        assert f"cannot listen on 127.0.0.1:{daemon.port}" in found.stderr
    finally:
        await daemon.stop()


def test_a_configuration_with_mistakes_does_not_start(tmp_path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nlisten = "0.0.0.0:3100"\n[store]\nkep = "1d"\n')
    found = serve(cwd=tmp_path)
    assert found.returncode == 1
    assert "config.toml:2:10: error[C104]: server.listen (0.0.0.0:3100) is reachable" in found.stderr
    assert "config.toml:4:1: error[C102]: store.kep is not a known setting" in found.stderr
    assert found.stderr.endswith("help: did you mean `keep`?\n")  # neither a traceback nor words of a library


async def test_hangup_reads_the_configuration_again(tmp_path) -> None:
    daemon = Daemon(tmp_path, "")
    await daemon.start()
    try:
        file = tmp_path / "lynxalert.toml"
        text = file.read_text()
        assert daemon.process is not None

        async def keys_are(wanted: list[str]) -> bool:
            found = (await daemon.ask("GET", "/api/v1/alerts"))["alerts"]
            return [each["key_in_file"] for each in found] == wanted

        async def degraded() -> bool:
            health = await daemon.ask("GET", "/health")
            return bool(health["configuration"]["status"] == "degraded")

        file.write_text(text + CHANNEL.format(url="http://127.0.0.1:9") + ALERT)
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: keys_are(["errors"]))
        file.write_text(text + "[nonsense]\n")
        daemon.process.send_signal(signal.SIGHUP)
        await until(degraded)
        assert await keys_are(["errors"]), "the configuration in force stays"
        await until(lambda: logged(daemon, "configuration_refused"))
        assert await logged(daemon, "configuration_applied")
    finally:
        await daemon.stop()


async def test_the_end_is_in_order_and_quick_though_a_provider_hangs(tmp_path) -> None:
    """The message under way is left to the next start; nothing else waits for it."""
    async with serving() as provider:
        provider.otherwise = Answer(manner="hang")
        daemon = Daemon(tmp_path, '[outbound]\ntimeout = "10m"\n' + CHANNEL.format(url=provider.url) + ALERT)
        await daemon.start()
        await daemon.ask("POST", "/api/v1/ingest", json=[{"level": "error"}] * 5)
        async with asyncio.timeout(100):
            await provider.arrived.wait()
        assert daemon.process is not None
        waiting = asyncio.ensure_future(daemon.ask("POST", "/api/v1/alerts/errors/test-channels"))
        await until(lambda: arrived(provider, 2))
        idle = socket.create_connection(("127.0.0.1", daemon.port))  # a client that never asks anything
        daemon.process.terminate()
        async with asyncio.timeout(60):  # a tenth of what the provider is given
            assert await daemon.process.wait() == 0
        idle.close()
        with contextlib.suppress(aiohttp.ClientError, AssertionError):
            await waiting
        assert '"event": "stopped"' in daemon.log()
        provider.otherwise = Answer()
        provider.arrived.clear()
        await daemon.start()
        async with asyncio.timeout(100):
            await provider.arrived.wait()
        first, *_, again = provider.requests
        assert again.headers.get("Idempotency-Key") == first.headers.get("Idempotency-Key")
        await daemon.stop()
