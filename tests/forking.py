"""Processes that are there at once, forked from one that has loaded what they need: for tests that kill many.

One is as real as any other: it has its own files, threads and end. Only the second of imports is spared.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "lynxalert.cli.serve",
        "lynxalert.daemon.service",
        "tests.daemon.killed",
        "tests.events.killed",
        "tests.proofs.mortal",
    ]
)


def start(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """A process that does *work* with *arguments*; it ends with this one at the latest."""
    process = _context.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def pipe() -> Any:
    """The end to read from, and the one that a process writes to."""
    return _context.Pipe(duplex=False)
