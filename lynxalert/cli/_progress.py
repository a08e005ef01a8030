"""How far an ingest is → a bar on a terminal, and lines that stay, all on standard error."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from lynxalert.clock import monotonic


class Shown:
    """One bar over all sources; rates count from the first batch on."""

    def __init__(self, progress: Progress, task: TaskID, console: Console) -> None:
        self._progress = progress
        self._task = task
        self._console = console
        self._before = 0.0  # bytes of the sources that are done
        self._events = 0
        self._began = monotonic()
        self._told = ""

    def begin(self, name: str) -> float:
        """The source *name* comes next; give what is returned to `end`."""
        self._progress.update(self._task, description=name)
        return monotonic()

    def advance(self, place: int | None, events: int) -> None:
        """The source was read up to *place* (None: it does not tell), *events* of it are kept."""
        rate = (self._events + events) / max(monotonic() - self._began, 1e-3)
        done = None if place is None else self._before + place
        self._progress.update(self._task, completed=done, rate=f"{rate:,.0f}/s")

    def end(self, began: float, name: str, accepted: int, rejected: int) -> None:
        """The source is done."""
        self._events += accepted
        self._before = self._progress.tasks[0].completed
        seconds = max(monotonic() - began, 1e-3)
        left_out = f", {rejected:,} left out" if rejected else ""
        self.say(f"{name}: {accepted:,} events{left_out}, {seconds:.1f} s, {accepted / seconds:,.0f}/s")

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def told(self, reason: str) -> None:
        """Why it waits; the same reason again is not told again."""
        if reason != self._told:
            self.say(f"waiting: {reason}")
        self._told = reason


@contextmanager
def shown(files: Sequence[str]) -> Iterator[Shown]:
    """A bar as long as *files* are, where standard error is a terminal."""
    sizes = [None if file == "-" else pathlib.Path(file).stat().st_size for file in files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=False
    ) as progress:
        yield Shown(progress, progress.add_task("", total=total, rate=""), console)
