"""The ten types of alerts over a restart while each fires, and where nothing happens that they ask for."""

from __future__ import annotations

import pathlib

from tests.api.dialects.test_ten_types import (
    CASES,
    ENDS,
    Sent,
    acted,
    agent,
    called,
    graded,
    invoked,
    make,
    name_of,
    of,
    send,
)
from tests.api.house import CONFIG, MINUTE, House, living
from tests.fakes import FakeClock
from tests.notify.provider import serving

# Of others than the alerts ask about, or of theirs and well.
STRANGERS: list[Sent] = [
    graded(90, 40, 40),
    acted("somebody-else", error=True, decision="deny", latency_ms=9_000),
    called("x", "start", "elsewhere"),
    called("x", "tool_call", "elsewhere"),
    called("x", "api_call", "elsewhere"),
]


async def judged(house: House, alerts: dict[str, str]) -> dict[str, str]:
    """The status of each alert by its type, once a minute more has been judged."""
    at = house.clock.now() + MINUTE
    await house.clock.advance(MINUTE)

    async def now() -> dict[str, str] | None:
        found = {}
        for name, alert_id in alerts.items():
            alert = (await house.ask("GET", f"/api/v1/alerts/{alert_id}")).data
            assert alert["status"] != "error", (name, alert["health"])
            if alert["last_checked"] is None or alert["health"]["state"] != "ok":
                return None
            if alert["last_checked"] < (at - MINUTE).isoformat().replace("+00:00", "Z"):
                return None
            found[name] = alert["status"]
        return found

    found: dict[str, str] = await house.until(now)
    return found


async def all_made(house: House) -> dict[str, str]:
    """The ids of the ten, made where what each needs is there before it."""
    for case in CASES:
        await send(house, case.before)
    await house.clock.advance(2 * MINUTE)
    made = {}
    for case in CASES:
        name = name_of(case.alert)
        made[name], _ = await make(house, case.alert, f"{house.provider.url}/hook/{name}")
    return made


async def test_each_goes_on_firing_over_a_restart_tells_nothing_twice_and_ends(
    tmp_path: pathlib.Path,
) -> None:
    clock = FakeClock()
    async with serving() as provider:
        async with living(tmp_path, provider=provider, clock=clock) as house:
            alerts = await all_made(house)
            for case in CASES:
                await send(house, case.bad)
            fired: set[str] = set()
            for _ in range(5):
                fired |= {
                    name for name, status in (await judged(house, alerts)).items() if status == "triggered"
                }
                if len(fired) == len(CASES):
                    break
            assert fired == set(alerts)
            for name in alerts:
                await house.until(lambda name=name: of(house, f"/hook/{name}", "firing"))
        async with living(tmp_path, CONFIG, provider=provider, clock=clock) as house:
            for case in CASES:
                await send(house, case.good)
            await send(house, ENDS)
            for minute in range(10):
                await send(house, [invoked(20 + minute)])  # or there is no data again
                if set((await judged(house, alerts)).values()) == {"ok"}:
                    break
            for name in alerts:
                await house.until(lambda name=name: of(house, f"/hook/{name}", "resolved"))
            told = {
                name: tuple(len(of(house, f"/hook/{name}", each)) for each in ("firing", "resolved"))
                for name in alerts
            }
            assert told == dict.fromkeys(alerts, (1, 1))


async def test_none_says_a_word_where_nothing_happens_that_it_asks_for(house: House) -> None:
    alerts = await all_made(house)
    steady = [acted(agent(4), status="ok")] * 4  # no fewer than before
    for minute in range(4):
        await send(house, [*STRANGERS, invoked(10 + minute), *steady])
        statuses = await judged(house, alerts)
        assert statuses == dict.fromkeys(alerts, "ok"), minute
    for name, alert_id in alerts.items():
        assert (await house.ask("GET", f"/api/v1/alerts/{alert_id}/history")).data["history"] == [], name
        assert not [each for each in house.provider.requests if each.path == f"/hook/{name}"]
