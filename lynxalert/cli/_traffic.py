"""A seed → a shop's log lines, the same ones every time: what a person tries queries and alerts on. Pure.

Four services with latencies that have a tail, a checkout that fails for twenty seconds of every two minutes, log-in
failures from one address, and now and then a line that is plain text.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator

from lynxalert.clock import rfc3339

SERVICES = ("checkout", "catalog", "search", "login")
HOSTS = tuple(f"web{number}" for number in range(1, 5))
PATHS = {
    "checkout": ("/cart", "/pay"),
    "catalog": ("/items", "/items/7"),
    "search": ("/search",),
    "login": ("/login", "/logout"),
}
CYCLE, FAILING = 120.0, 20.0  # seconds
ATTACKER = "203.0.113.66"


def lines(seed: int, start: dt.datetime, rate: float) -> Iterator[tuple[dt.datetime, str]]:
    """Endless lines, *rate* a second on average from *start* on (aware), each with its instant, in order."""
    chance = random.Random(seed)  # noqa: S311 - for repetition, not for secrets
    seconds = 0.0
    while True:
        seconds += chance.expovariate(rate)
        at = start + dt.timedelta(seconds=seconds)
        failing = seconds % CYCLE >= CYCLE - FAILING
        yield at, _line(chance, at, failing=failing)


def _line(chance: random.Random, at: dt.datetime, *, failing: bool) -> str:
    if chance.random() < 0.02:
        return f"{rfc3339(at)} gc: pause={chance.expovariate(0.05):.1f} heap={chance.randint(100, 900)}MB"
    service, host = chance.choice(SERVICES), chance.choice(HOSTS)
    status, level, message = _outcome(chance, service, failing=failing)
    event = {
        "timestamp": rfc3339(at),
        "level": level,
        "service": service,
        "host": host,
        "method": chance.choice(("GET", "POST")),
        "path": chance.choice(PATHS[service]),
        "status": status,
        "duration_ms": round(chance.lognormvariate(6.5 if level == "error" else 3.5, 0.8), 1),
        "client": ATTACKER if status == 401 else f"198.51.100.{chance.randint(1, 250)}",
        "message": message,
    }
    return json.dumps(event, separators=(",", ":"))


def _outcome(chance: random.Random, service: str, *, failing: bool) -> tuple[int, str, str]:
    luck = chance.random()
    if service == "checkout" and failing and luck < 0.6:
        return 502, "error", "payment gateway: connection refused"
    if service == "login" and luck < 0.1:
        return 401, "warn", "wrong password"
    if luck < 0.01:
        return 500, "error", "unhandled exception"
    return 200, "info", "ok"
