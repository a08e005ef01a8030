"""A real daemon in a process of its own for the bench, and what the system says of it. Blocking: the bench has threads."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.acceptance.daemon import free_port

TICKS = os.sysconf("SC_CLK_TCK")
WAIT = 300  # seconds for a daemon to answer


@dataclass(frozen=True)
class Moment:
    """What a daemon holds: *memory* and what it wrote of *events* and *state* in MiB, *threads*, open *files*."""

    memory: float
    threads: int
    files: int
    events: float
    state: float


@dataclass
class Running:
    """One daemon that answers at *port*; *starting* are the seconds until it did."""

    process: subprocess.Popen[bytes]
    folder: pathlib.Path
    port: int
    starting: float = 0.0

    def ask(self, path: str) -> Any:
        """The `data` of a reply."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)["data"]

    def post(self, path: str) -> Any:
        """The `data` of a reply to a request without a body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method="POST")
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.load(answer)["data"]

    def cpu(self) -> float:
        """Seconds of CPU it used so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """MiB that it used at most."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def now(self) -> Moment:
        """What it holds at this moment."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        data = self.folder / "data"
        return Moment(
            memory=int(status.partition("VmRSS:")[2].split()[0]) / 1024,
            threads=int(status.partition("Threads:")[2].split()[0]),
            files=len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir())),
            events=_mebibytes(data.glob("events.duckdb*/*")) + _mebibytes(data.glob("events.duckdb*")),
            state=_mebibytes(path for path in data.glob("*") if not path.name.startswith("events.duckdb")),
        )

    def drained(self) -> None:
        """Return when everything accepted can be queried."""
        while self.ask("/health")["store"]["queued"]:
            time.sleep(0.01)  # another process: nothing else tells when it is done


def _mebibytes(paths: Iterable[pathlib.Path]) -> float:
    """The size of the files among *paths*; one that goes away meanwhile has none."""
    found = 0
    for path in paths:
        with suppress(FileNotFoundError):
            found += path.stat().st_size if path.is_file() else 0
    return found / 2**20


@contextmanager
def running(config: str = "", folder: pathlib.Path | None = None) -> Iterator[Running]:
    """A daemon with *config*, in a folder that goes away with it unless given; killed at the end if it still runs."""
    with tempfile.TemporaryDirectory() as own:
        found = started(folder or pathlib.Path(own), config)
        try:
            yield found
        finally:
            if found.process.poll() is None:
                found.process.kill()
            found.process.wait()


def started(folder: pathlib.Path, config: str) -> Running:
    """Start a daemon over *folder*; return when it is ready."""
    port = free_port()
    file = folder / "lynxalert.toml"
    file.write_text(f'[server]\nlisten = "127.0.0.1:{port}"\n\n{config}')
    with (folder / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lynxalert", "serve", "--config", str(file)],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    found = Running(process, folder, port)
    begun = time.perf_counter()
    while time.perf_counter() - begun < WAIT:
        try:
            found.ask("/ready")
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.01)  # a process that starts tells nobody
        else:
            found.starting = time.perf_counter() - begun
            return found
    process.kill()
    raise AssertionError((folder / "daemon.log").read_text()[-4000:])
