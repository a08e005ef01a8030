"""`make bench`, `make bench ARGS="ingest restart"`: what was promised, measured on this machine, one table a topic.

A topic is a module here with `measure()`; a number behind one is handed to it: `make bench ARGS="alerts-minute 300"`.
Machines are noisy: read ratios within one run before figures across runs.
"""

from __future__ import annotations

import importlib
import logging
import sys

import structlog
from rich.console import Console

TOPICS = ("queries", "ingest", "alerts", "delivery", "latency", "api", "disk", "retention", "restart")
ON_REQUEST = ("alerts-minute", "alerts-outage", "protocols", "rows", "soak")  # minutes each


def main(asked: list[str]) -> None:
    topics, seconds = _split(asked)
    unknown = [topic for topic in topics if topic not in TOPICS + ON_REQUEST]
    if unknown:
        sys.exit(
            f"no such topic: {', '.join(unknown)}; there are {', '.join(TOPICS)} and, on request, {', '.join(ON_REQUEST)}"
        )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console(width=120)
    for topic in topics or TOPICS:
        measure = importlib.import_module(f"tests.bench.{topic.replace('-', '_')}").measure
        report = measure(seconds[topic]) if topic in seconds else measure()
        console.print(report.table())
        console.print()


def _split(asked: list[str]) -> tuple[list[str], dict[str, int]]:
    """The topics, and the seconds that stand behind some of them: `alerts-minute 300`."""
    topics: list[str] = []
    seconds: dict[str, int] = {}
    for word in asked:
        if word.isdigit() and topics:
            seconds[topics[-1]] = int(word)
        else:
            topics.append(word)
    return topics, seconds


if __name__ == "__main__":
    main(sys.argv[1:])
