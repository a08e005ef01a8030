"""A real daemon in a process of its own, on a free port, with a folder of data that outlives it."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import socket
import sys
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any, Self

import aiohttp

from tests import forking

# Seconds, as on a machine that has much else to do.
STARTING = 240
ENDING = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(file: str, log: str) -> None:
    """What `lynxalert serve` does, in a process that was forked."""
    from lynxalert.cli import main

    os.chdir(pathlib.Path(file).parent)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(written, stream)
    main(["serve", "--config", file])


@dataclass
class Forked:
    """A process as asyncio's own are."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def terminate(self) -> None:
        self.process.terminate()

    async def wait(self) -> int:
        await asyncio.to_thread(self.process.join)
        assert self.process.exitcode is not None
        return self.process.exitcode


@dataclass
class Daemon:
    """Starts, kills, stops and asks one daemon; *forked* starts it faster, for who does it many times."""

    folder: pathlib.Path
    config: str
    port: int = field(default_factory=free_port)
    forked: bool = False
    process: asyncio.subprocess.Process | Forked | None = None

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
        log = self.folder / "daemon.log"
        if self.forked:
            self.process = Forked(forking.start(serve, str(file), str(log)))
        else:
            with log.open("ab") as written:
                self.process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "lynxalert", "serve", "--config", str(file)),
                    stdout=written,
                    stderr=written,
                    cwd=self.folder,
                )
        await self.ready()

    async def ready(self) -> None:
        """Return when it answers."""
        assert self.process is not None
        async with asyncio.timeout(STARTING), aiohttp.ClientSession() as session:
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
        async with asyncio.timeout(ENDING):
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
