"""What is said when an alert is saved, and what `check --server` learns from the daemon that runs it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from lynxalert.cli import main
from lynxalert.cli._measured import too_slow
from tests.api.house import MINUTE, House


async def warnings(house: House, method: str, path: str, **fields: Any) -> list[str]:
    answer = await house.ask(method, f"/api/v1/alerts{path}", fields)
    found = (answer.body.get("meta") or {}).get("warnings", [])
    return [each["message"] for each in found]


@pytest.mark.asyncio(loop_scope="module")
async def test_saving_an_alert_says_what_is_odd_about_it(shared: House) -> None:
    asked = {"name": "a", "q": "level=error | stats count as n | where n < 0", "interval": "5m"}
    said = await warnings(
        shared,
        "POST",
        "",
        **asked,
        cooldown="1m",
        channels=[shared.hook(name="Odd", config={"url": f"{shared.provider.url}/odd"})],
    )
    assert said == [
        "q: n < 0 never holds, because nothing is counted below 0",
        "cooldown (1m) has no effect: nothing fires twice within 5m",
        "channels[0] has taken no message yet, and no test",
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_channel_that_took_a_test_is_known(shared: House) -> None:
    made = await shared.create()
    untried = "channels[0] has taken no message yet, and no test"
    assert await warnings(shared, "PATCH", f"/{made['id']}", description="x") == [untried]
    await shared.ask("POST", f"/api/v1/alerts/{made['id']}/test-channels")
    assert await warnings(shared, "PATCH", f"/{made['id']}", description="y") == []


async def test_check_asks_the_daemon_what_only_running_shows(house: House) -> None:
    async def said() -> str:
        words = ["check", str(house.file), "--server", house.url]
        found = await asyncio.to_thread(CliRunner().invoke, main, words)
        assert found.exit_code == 0
        return found.output

    told = await said()
    assert "channels.hook has taken no message yet, and no test" in told
    assert "nearly too short" not in told
    await house.clock.advance(MINUTE)

    async def judged() -> bool:
        return bool((await house.ask("GET", "/api/v1/alerts/from-file")).data["counts"]["evaluations"])

    await house.until(judged)
    await house.ask("POST", "/api/v1/alerts/from-file/test-channels")
    assert await said() == f"{house.file}: ok, 1 alert, 1 named channel, no warnings\n"


def test_an_interval_that_is_nearly_too_short_is_told() -> None:
    took = [{"duration_ms": each} for each in (700.0, None, 800.0, 9000.0, 600.0)]
    (said,) = too_slow(timedelta(seconds=1), took, ("alerts", "a", "interval"))
    assert said.text == "alerts.a.interval (1s) is nearly too short: an evaluation takes 0.8s"
    assert list(too_slow(timedelta(seconds=2), took, ())) == []
    assert list(too_slow(timedelta(seconds=2), [], ())) == []
