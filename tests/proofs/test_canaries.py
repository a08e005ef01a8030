"""Secrets of every channel, sent out and echoed back by its provider: in no answer, log, metric, message, nor elsewhere at rest.

They are allowed in one place: where the definitions of alerts and the channels that are still owed something are stored.
"""

from __future__ import annotations

import itertools
import json
import pathlib
import re
import sqlite3
from collections.abc import Iterator

import pytest

from tests.api.house import House, living
from tests.notify.occasions import configs
from tests.notify.provider import Answer, Request

# Beyond the first letters, by which a list lets people tell tokens apart; the second is the first in base64.
CANARIES = (b"CANARY-", b"Q0FOQVJZLX", b"s3cret-canary")
KEEPERS = {"alerts", "channels"}  # tables that must know secrets, or nothing could be sent
ENDLESS = ("/tail", "/stream")
STATUSES = (400, 401, 403, 404, 429, 500)


def echoing() -> Iterator[Answer]:
    """Every refusal in turn, each with all that the provider was sent."""
    for status in itertools.cycle(STATUSES):
        yield Answer(status, {}, {"Retry-After": "1"} if status == 429 else {})


def shown(raw: bytes) -> list[bytes]:
    return [each for each in CANARIES if each in raw]


def around(raw: bytes) -> set[bytes]:
    """The places at which a canary is seen."""
    return {
        raw[max(0, at.start() - 60) : at.end() + 30] for each in CANARIES for at in re.finditer(each, raw)
    }


async def every_answer(house: House) -> dict[str, bytes]:
    """What every GET route answers, of every alert and delivery there is."""
    alerts = [each["id"] for each in (await house.ask("GET", "/api/v1/alerts")).data["alerts"]]
    told = (await house.ask("GET", "/api/v1/notifications?limit=200")).data["notifications"]
    paths = {
        resource.canonical
        for route in house.app.router.routes()
        if route.method == "GET" and (resource := route.resource) is not None
    }
    found: dict[str, bytes] = {}
    for path in sorted(paths):
        if path.endswith(ENDLESS) or "{ticket}" in path:
            continue
        ids = [each["id"] for each in told] if "notifications/" in path else alerts
        for name in ids if "{id}" in path else [""]:
            asked = path.replace("{id}", name).replace("{name}", "level")
            if "{" not in asked:
                found[asked] = (await house.ask("GET", asked)).raw
    return found


async def settled(house: House) -> bool:
    """Whether every channel has been tried."""
    told = (await house.ask("GET", "/api/v1/notifications?limit=200")).data["notifications"]
    return len(told) >= len(configs("")) and all(each["status"] not in ("queued", "leased") for each in told)


@pytest.mark.slow
async def test_no_secret_is_seen_anywhere_else(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with living(tmp_path) as house:
        refusals = echoing()

        def echo(request: Request) -> Answer:
            answer = next(refusals)
            seen = {"path": request.path, "headers": request.headers, "body": request.text}
            message = json.dumps(seen)[:4000]
            answer.body = {"message": message, "error": {"message": message}, "errors": [message], **seen}
            return answer

        house.provider.rule = echo
        kinds = list(configs(house.provider.url).items())
        for part in range(0, len(kinds), 9):
            channels = [
                {"type": kind, "name": kind, "config": config} for kind, config in kinds[part : part + 9]
            ]
            await house.create(name=f"Part {part}", channels=channels)
        await house.log(247, ago=0)
        await house.until(lambda: settled(house), minutes=1)
        alerts = (await house.ask("GET", "/api/v1/alerts")).data["alerts"]
        answers = await every_answer(house)
        for each in alerts:
            for act in ("test", "test-channels"):
                answers[f"{act} {each['id']}"] = (
                    await house.ask("POST", f"/api/v1/alerts/{each['id']}/{act}")
                ).raw
        assert len(answers) > 60
        seen = {path: around(raw) for path, raw in answers.items() if shown(raw)}
        assert seen == {}, seen
    assert len({each.path for each in house.provider.requests}) > 10  # they were sent what they must be sent
    assert any(shown(each.text.encode() + str(each.headers).encode()) for each in house.provider.requests)
    logged = capfd.readouterr()
    assert shown((logged.out + logged.err + caplog.text).encode()) == []
    assert told_by_tables(tmp_path) == {}


def told_by_tables(folder: pathlib.Path) -> dict[str, list[bytes]]:
    """The tables that show a secret, but for those that keep them."""
    (file,) = folder.rglob("state.sqlite")
    with sqlite3.connect(file) as state:
        names = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: shown(repr(state.execute(f'SELECT * FROM "{name}"').fetchall()).encode()) for name in names
        }
    state.close()
    assert set(names) >= KEEPERS
    assert any(found[name] for name in KEEPERS), "a canary that nobody keeps proves nothing"
    return {name: those for name, those in found.items() if those and name not in KEEPERS}
