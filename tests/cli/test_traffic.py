"""`lynxalert demo --server`: the same seed gives the same lines, at the rate asked for."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import aiohttp
from click.testing import CliRunner

from lynxalert.cli import main
from lynxalert.cli._generator import play
from lynxalert.cli._sending import Remote
from lynxalert.cli._traffic import lines
from tests.api.house import MINUTE, living
from tests.fakes import EPOCH


def taken(seed: int, rate: float, count: int) -> list[tuple[dt.datetime, str]]:
    return list(itertools.islice(lines(seed, EPOCH, rate), count))


def test_the_same_seed_gives_the_same_lines_in_order() -> None:
    assert taken(7, 50, 500) == taken(7, 50, 500)
    assert taken(7, 50, 500) != taken(8, 50, 500)
    instants = [at for at, _ in taken(7, 50, 500)]
    assert instants == sorted(instants)


def test_it_comes_at_the_rate_asked_for_and_fails_when_it_should() -> None:
    found = taken(1, 100, 24_000)
    assert 228 <= (found[-1][0] - EPOCH).total_seconds() <= 252
    events = [(at, json.loads(line)) for at, line in found if line.startswith("{")]
    assert 0.01 < 1 - len(events) / len(found) < 0.03
    failed = [(at - EPOCH).total_seconds() % 120 for at, event in events if event["status"] == 502]
    assert min(failed) >= 100
    assert len(failed) > 300
    assert {event["client"] for _, event in events if event["status"] == 401} == {"203.0.113.66"}


async def test_a_daemon_gets_it(tmp_path) -> None:
    async with living(tmp_path) as house, aiohttp.ClientSession() as session:

        class Ahead:
            """The clock of the house, which waiting moves."""

            now = house.clock.now

            async def sleep(self, duration: dt.timedelta) -> None:
                house.clock.tick(duration)

        remote = Remote(session, house.url, Ahead(), MINUTE, lambda _: None)
        assert await play(remote, Ahead(), 200, 1, 1_000) == 1_000
        passed = house.clock.now() - EPOCH
        assert dt.timedelta(seconds=4) < passed < dt.timedelta(seconds=6)
        house.clock.tick(MINUTE)
        found = await house.asked({"q": "source=demo | stats count, dc(service) as services"})
        assert found.data["rows"] == [{"count": 1_000, "services": 4}]


def test_what_does_not_go_together_is_refused() -> None:
    def code(*arguments: str) -> int:
        return CliRunner().invoke(main, ["demo", *arguments]).exit_code

    assert code("--rate", "5") == 2
    assert code("--server", "http://127.0.0.1:1", "--episodes", "2") == 2
    assert code("--server", "http://127.0.0.1:1", "--events", "1") == 3
