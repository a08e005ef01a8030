"""Which test runs when: those that share a store one after another, and the long ones before everything else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.queries import MARK


def ordered(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """*items*, already shuffled, for so many *workers*: each starts with its share of the long ones.

    `--dist worksteal` gives every worker an equal stretch and moves what is left at the ends to who has none. A long
    test that begins last would be waited for by all. Those that mostly wait for other processes are the first worker's:
    meanwhile the rest has the processors for itself.
    """
    alike: dict[object, list[pytest.Item]] = {}
    for item in items:
        alike.setdefault(_company(item), []).append(item)
    rest = [item for company in alike.values() for item in company if not _seconds(item)]
    long = sorted((item for item in items if _seconds(item)), key=_seconds, reverse=True)
    waiting = [item for item in long if _waits(item)]
    busy = [item for item in long if not _waits(item)]
    found: list[pytest.Item] = []
    for worker in range(workers):
        own = busy[worker - 1 :: workers - 1] if worker else waiting + (busy if workers == 1 else [])
        size = (len(items) - len(found)) // (workers - worker)
        kept = max(0, size - len(own))
        found += own + rest[:kept]
        rest = rest[kept:]
    return found + rest


def _company(item: pytest.Item) -> object:
    """What tells apart the tests that need not stand together."""
    mark = item.get_closest_marker(MARK)
    return item.nodeid if mark is None else mark.args


def _seconds(item: pytest.Item) -> float:
    """How long a test marked as slow takes, roughly; 0 for others."""
    mark = item.get_closest_marker("slow")
    return 0 if mark is None else float(mark.args[0]) if mark.args else 2


def _waits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("slow")
    return mark is not None and bool(mark.kwargs.get("waits"))
