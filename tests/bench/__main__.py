"""`make bench`, `make bench ARGS="ingest restart"`: what was promised, measured on this machine, one table a topic.

A topic is a module here with `measure()`. Machines are noisy: read ratios within one run before figures across runs.
"""

from __future__ import annotations

import importlib
import sys

from rich.console import Console

TOPICS = ("queries", "ingest", "alerts", "latency", "disk", "restart")
ON_REQUEST = ("rows", "soak")  # minutes each


def main(asked: list[str]) -> None:
    unknown = [topic for topic in asked if topic not in TOPICS + ON_REQUEST]
    if unknown:
        sys.exit(
            f"no such topic: {', '.join(unknown)}; there are {', '.join(TOPICS)} and, on request, {', '.join(ON_REQUEST)}"
        )
    console = Console(width=120)
    for topic in asked or TOPICS:
        report = importlib.import_module(f"tests.bench.{topic}").measure()
        console.print(report.table())
        console.print()


if __name__ == "__main__":
    main(sys.argv[1:])
