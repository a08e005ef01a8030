"""Seeded events of three sources as JSON lines of 427 bytes: a web server, a service, a worker, and 300 rare keys."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

SIZE = 427  # bytes of an event, without its line break
RARE = 300
WORDS = [
    "request",
    "accepted",
    "rejected",
    "timeout",
    "while",
    "waiting",
    "for",
    "upstream",
    "connection",
    "to",
    "the",
    "database",
    "pool",
    "retry",
    "after",
    "user",
    "session",
    "expired",
    "cache",
    "miss",
    "hit",
    "slow",
    "query",
    "took",
    "longer",
    "than",
    "expected",
    "in",
    "handler",
    "order",
    "payment",
    "item",
    "not",
    "found",
]


class Generator:
    """Endless events, *rate* per second of event time from *start* on; one seed gives one stream."""

    def __init__(self, start: dt.datetime, *, seed: int = 1, rate: int = 1_000) -> None:
        self._chance = random.Random(seed)
        self._start = start
        self._step = dt.timedelta(seconds=1) / rate
        self._number = itertools.count()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """(source, line)."""
        while True:
            yield self._event()

    def requests(self, count: int, events: int = 500) -> list[tuple[str, str]]:
        """*count* bodies of *events* lines; each has one source, 40 %, 40 % and 20 % of them."""
        waiting: dict[str, list[str]] = {}
        ready: list[tuple[str, str]] = []
        for source, line in self:
            lines = waiting.setdefault(source, [])
            lines.append(line)
            if len(lines) == events:
                ready.append((source, "\n".join(lines)))
                waiting[source] = []
                if len(ready) == count:
                    return ready
        raise AssertionError

    def _event(self) -> tuple[str, str]:
        moment = self._start + next(self._number) * self._step
        stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        source, make = self._chance.choices(
            (("nginx", self._web), ("api", self._api), ("worker", self._worker)), (2, 2, 1)
        )[0]
        event = {"timestamp": stamp, **make()}
        if self._chance.random() < 0.2:
            event[f"x_attr_{self._chance.randrange(RARE)}"] = self._rare()
        room = SIZE - len(json.dumps(event, separators=(",", ":"))) - len(',"note":""')
        event["note"] = self._words(max(0, room))
        return source, json.dumps(event, separators=(",", ":"))

    def _words(self, length: int) -> str:
        """Text as logs have it: of a few words, over and over."""
        return " ".join(self._chance.choices(WORDS, k=length // 5 + 1))[:length]

    def _hex(self, length: int) -> str:
        return f"{self._chance.getrandbits(4 * length):0{length}x}"

    def _rare(self) -> Any:
        """Of any type: the same key is now a number, now a text."""
        return self._chance.choice((self._chance.randrange(1000), self._hex(8), True, 0.25))

    def _web(self) -> dict[str, Any]:
        chance = self._chance
        return {
            "host": f"web-{chance.randrange(12):02d}",
            "level": "error" if chance.random() < 0.05 else "info",
            "remote_addr": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
            "method": chance.choice(("GET", "GET", "POST")),
            "path": f"/api/v1/items/{chance.randrange(5000)}",
            "status": chance.choice((200, 200, 200, 304, 404, 500)),
            "bytes": chance.randrange(100_000),
            "request_time": round(chance.random() * 2, 3),
            "upstream_time": round(chance.random(), 3),
            "user_agent": chance.choice(
                ("Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "Go-http-client/2.0")
            ),
            "request_id": self._hex(32),
            "scheme": "https",
        }

    def _api(self) -> dict[str, Any]:
        chance = self._chance
        return {
            "level": chance.choice(("info", "info", "info", "warn", "error")),
            "service": chance.choice(("payments", "catalog", "search", "users")),
            "host": f"app-{chance.randrange(20):02d}",
            "http": {
                "method": chance.choice(("GET", "POST")),
                "status": chance.choice((200, 200, 201, 404, 500, 503)),
                "route": chance.choice(("/v2/orders/:id", "/v2/carts/:id", "/v2/users/:id")),
            },
            "user": {"id": f"u{chance.randrange(50_000)}", "tenant": f"t{chance.randrange(40)}"},
            "duration_ms": chance.randrange(2000),
            "trace_id": self._hex(32),
            "span_id": self._hex(16),
            "cached": chance.random() < 0.3,
            "msg": f"handled request {chance.randrange(10**6)} in the usual way",
        }

    def _worker(self) -> dict[str, Any]:
        chance = self._chance
        return {
            "level": chance.choice(("info", "debug", "warn", "error")),
            "host": f"job-{chance.randrange(6)}",
            "worker": f"w{chance.randrange(16)}",
            "queue": chance.choice(("mail", "billing", "thumbs")),
            "job_id": self._hex(24),
            "attempt": chance.randrange(1, 6),
            "duration_ms": round(chance.random() * 5000, 2),
            "memory_mb": chance.randrange(64, 2048),
            "ok": chance.random() < 0.95,
            "message": f"job finished after {chance.randrange(100)} steps",
        }
