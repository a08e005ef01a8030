"""Days of events straight into a store: texts made once, and again for each round but for their times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

import orjson

from lynxalert.events import Alike, Event
from tests.bench.generator import Generator

ROUND = 100_000  # events
PER_SECOND = 1_000  # of event time
BEGIN = len('{"timestamp":"')
END = BEGIN + len("2026-11-21T12:00:00.000Z")


class History:
    """Events, PER_SECOND a second from *start* on, in rounds of one `Alike` per source."""

    def __init__(self, start: dt.datetime) -> None:
        self._start = start.replace(microsecond=0)
        self._lines: dict[str, list[tuple[int, str]]] = {}
        for number, (source, line) in enumerate(islice(Generator(self._start), ROUND)):
            self._lines.setdefault(source, []).append((number, line))

    def rounds(self, events: int) -> Iterator[list[Alike]]:
        """As many rounds as *events* fill."""
        for number in range(events // ROUND):
            first = self._start + number * dt.timedelta(seconds=ROUND // PER_SECOND)
            stamps = [stamp for second in range(ROUND // PER_SECOND) for stamp in _within(first, second)]
            yield [self._alike(source, stamps) for source in self._lines]

    def _alike(self, source: str, stamps: list[str]) -> Alike:
        texts = [line[:BEGIN] + stamps[place] + line[END:] for place, line in self._lines[source]]
        return Alike(texts, [orjson.loads(text) for text in texts], Event("", source=source))


def _within(first: dt.datetime, second: int) -> Iterator[str]:
    moment = (first + dt.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
    return (f"{moment}.{1000 * event // PER_SECOND:03d}Z" for event in range(PER_SECOND))
