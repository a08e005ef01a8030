"""Requests made beforehand → requests whose events happen the moment they are sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lynxalert.clock import SystemClock
from tests.bench.sending import prepared

STAMP = re.compile(r'"timestamp":"[^"]+"')
PLACE = "2000-01-01T00:00:00.000Z"


class Stamped(Sequence[bytes]):
    """*requests* round and round, *count* in all."""

    def __init__(self, requests: Sequence[tuple[str, str]], count: int) -> None:
        plain = prepared([(source, STAMP.sub(f'"timestamp":"{PLACE}"', body)) for source, body in requests])
        self._parts = [request.split(PLACE.encode()) for request in plain]
        self._count = count
        self._clock = SystemClock()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override] # nobody asks for a slice
        now = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return now.encode().join(self._parts[number % len(self._parts)])
