"""A real daemon in a process of its own, on a free port, with a folder of data that outlives it."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Daemon:
    """Starts, kills, stops and asks one daemon."""

    folder: pathlib.Path
    config: str
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Whatever happened, no process is left behind."""
        if self.process is not None and self.process.returncode is None:
            await self.kill()

    async def start(self) -> None:
        """Start it; return when it answers."""
        file = self.folder / "lynxalert.toml"
        file.write_text(f'[server]\nlisten = "127.0.0.1:{self.port}"\n\n{self.config}', encoding="utf-8")
        log = (self.folder / "daemon.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lynxalert",
            "serve",
            "--config",
            str(file),
            stdout=log,
            stderr=log,
            cwd=self.folder,
        )
        log.close()
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while True:
                if self.process.returncode is not None:
                    raise AssertionError(
                        f"the daemon ended with {self.process.returncode}:\n{self.log()[-4000:]}"
                    )
                try:
                    async with session.get(f"{self.base}/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)

    def log(self) -> str:
        return (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(20):
            return await self.process.wait()

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """The `data` of an answer; an answer that is no success fails the test."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.base}{path}", **options) as answer,
        ):
            body = await answer.json()
            assert answer.status < 300, (path, answer.status, body)
            return body["data"]
