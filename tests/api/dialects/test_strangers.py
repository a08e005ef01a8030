"""Every command the five pages print, as a stranger types it at a daemon that asks for keys: refused, then with a key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.api import test_seed
from tests.api.dialects import test_pages
from tests.api.dialects.test_locked import LOCKED
from tests.api.house import House, living

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES = [
    *test_pages.SELFTUNE.strip().split("\n\n"),
    test_pages.CREATE_AGENT_ALERT,
    test_pages.TOGGLE_AGENT_ALERT,
    test_pages.CREATE_RULE,
]
DONE = [201, 201, 201, 200, 200, 201]
NATIVE_DONE = [200, 201, 201, 201, 201, 200, 204, 200, 200]


@dataclass
class Locked:
    house: House
    keys: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def locked(tmp_path_factory) -> AsyncIterator[Locked]:
    async with living(tmp_path_factory.mktemp("locked"), LOCKED) as house:
        admin = {"X-API-Key": str(house.first_key)}
        keys = {"admin": str(house.first_key)}
        for role in ("member", "viewer", "ingest"):
            made = await house.ask("POST", "/api/v1/keys", {"name": role, "role": role}, headers=admin)
            keys[role] = made.data["key"]
        yield Locked(house, keys)


def shown(printed: str, key: str) -> str:
    """The command with *key* where it prints some other."""
    found, count = re.subn(r"Bearer [^\"']+", f"Bearer {key}", printed)
    assert count == 1, printed
    return found


def says_who_may(body: Any, path: str) -> bool:
    """Whether a refusal is worded as it is there."""
    match path:
        case "checkrd":
            return body["error"]["type"] in {"authentication_error", "permission_error"}
        case "vox":
            return isinstance(body["detail"], str)
        case _:
            return isinstance(body["error"], str | dict)


@pytest.mark.parametrize("number", range(len(PAGES)))
async def test_commands_of_the_other_products(locked: Locked, number: int) -> None:
    house, printed = locked.house, PAGES[number]
    product = ["selftune", "selftune", "selftune", "checkrd", "checkrd", "vox"][number]
    as_printed = await test_pages.run(house, printed)
    assert as_printed.status == 401
    assert says_who_may(as_printed.body, product)
    made = (await test_pages.run(house, shown(test_pages.CREATE_AGENT_ALERT, locked.keys["member"]))).body
    filled = ("01916d00-...", made["id"])
    for role in ("viewer", "ingest"):
        refused = await test_pages.run(house, shown(printed, locked.keys[role]), filled)
        assert refused.status == 403, role
        assert says_who_may(refused.body, product)
    answer = await test_pages.run(house, shown(printed, locked.keys["member"]), filled)
    assert answer.status == DONE[number], answer.raw
    house.clock.set(house.clock.now() + dt.timedelta(minutes=1))  # wrong keys are forgotten


@pytest.mark.parametrize("number", range(9))
async def test_commands_of_the_first_page(locked: Locked, number: int) -> None:
    house = locked.house
    refused = await test_seed.run(house, number, "alt_xyz789")
    assert (refused.status, refused.error["code"]) == (401, "AUTH_REQUIRED")
    assert "key" in refused.error["suggestion"]
    house.session.headers["X-API-Key"] = locked.keys["admin"]
    try:
        alert_id = await test_seed.existing(house)
        house.session.headers["X-API-Key"] = locked.keys["viewer"]
        answer = await test_seed.run(house, number, alert_id)
        assert answer.status == (200 if number == 0 else 403)
        house.session.headers["X-API-Key"] = locked.keys["admin"]
        answer = await test_seed.run(house, number, alert_id)
        assert answer.status == NATIVE_DONE[number], answer.raw
    finally:
        del house.session.headers["X-API-Key"]
