"""Every route, with every role and every kind of wrong key, against a daemon that asks for keys."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from lynxalert.access import Role
from lynxalert.access.attempts import MOST
from lynxalert.api.app import every_route
from lynxalert.api.rules import RULES, rule_of
from tests.api.house import CONFIG, House, living

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOCKED = CONFIG.replace("[server]", '[server]\nauth = "keys"')
SECOND = dt.timedelta(seconds=1)


@dataclass
class Keys:
    house: House
    by_role: dict[Role, str]
    expired: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keys(tmp_path_factory) -> AsyncIterator[Keys]:
    async with living(tmp_path_factory.mktemp("locked"), LOCKED) as house:
        admin = {"X-API-Key": house.first_key}

        async def made(**fields: object) -> str:
            answer = await house.ask("POST", "/api/v1/keys", fields, headers=admin)
            return str(answer.data["key"])

        by_role = {role: await made(name=str(role), role=role) for role in Role}
        until = (house.clock.now() + SECOND).isoformat()
        expired = await made(name="old", role="admin", expires_at=until)
        await house.clock.advance(2 * SECOND)
        yield Keys(house, by_role, expired)


def where(path: str) -> str:
    """An address that *path* fits."""
    path = re.sub(r"\{endpoint:event\|raw\}", "event", path)
    path = re.sub(r"\{operation:[^}]*\}", "_doc", path)
    path = re.sub(r"\{path:[^}]*\}", "_license", path)
    return re.sub(r"\{\w+(:[^{}]*)?\}", "x", path)


ROUTES = sorted({(method, where(path), endpoint) for method, path, endpoint in every_route()}, key=str)


async def status(keys: Keys, method: str, path: str, key: str | None) -> tuple[int, str]:
    """The status, and the code of the native envelope where it is one."""
    house = keys.house
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    method = "POST" if method == "*" else method
    async with house.session.request(method, house.url + path, data=b"", headers=headers) as answer:
        if answer.status < 400 or answer.content_type != "application/json":
            return answer.status, ""
        body = await answer.json()
        error = body.get("error") if isinstance(body, dict) else None
        return answer.status, error.get("code", "") if isinstance(error, dict) else ""


def is_native(path: str) -> bool:
    """Whether errors there are worded by the interface itself, not by a dialect."""
    return path.startswith(("/api/v1/", "/alerts"))


async def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    endpoints = {endpoint for _, _, endpoint in every_route()}
    assert endpoints - set(RULES) == set(), "give it a rule in lynxalert/api/rules.py"
    assert set(RULES) - endpoints == set()


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_what_its_rule_says(keys: Keys, role: Role) -> None:
    for method, path, endpoint in ROUTES:
        needed = rule_of(endpoint)
        found, code = await status(keys, method, path, keys.by_role[role])
        if needed is None or role.covers(needed):
            assert found not in {401, 403, 429, 500}, (method, path)
        else:
            assert found == 403, (method, path)
            assert code == "FORBIDDEN" or not is_native(path), (method, path)


async def test_without_a_key_only_what_is_open_answers(keys: Keys) -> None:
    for method, path, endpoint in ROUTES:
        found, code = await status(keys, method, path, None)
        match rule_of(endpoint):
            case None:
                # Programs that ask at the root are Elasticsearch's clients, and are asked for a key.
                # A link that nobody signed opens nothing.
                expected = {401} if path == "/" else {404} if path.startswith("/go/") else {200}
                assert found in expected, (method, path)
            case Role.INGEST:
                # What Datadog's clients put into the address is a key, and a wrong one.
                assert found == (403 if path.startswith("/v1/input/") else 401), (method, path)
            case _:
                assert found == 401, (method, path)
                assert code == "AUTH_REQUIRED" or not is_native(path), (method, path)


@pytest.mark.parametrize("kind", ["unknown", "of another secret", "expired", "cut", "odd"])
async def test_a_wrong_key_opens_nothing(keys: Keys, kind: str) -> None:
    good = keys.by_role[Role.ADMIN]
    wrong = {
        "unknown": "lx_000000000000_" + "a" * 43,
        "of another secret": good[:-43] + "a" * 43,
        "expired": keys.expired,
        "cut": good[:-1],
        "odd": "a.b.c",
    }[kind]
    # A key that is known by its id costs a hash each time.
    for tried, (method, path, endpoint) in enumerate(ROUTES[:: 12 if kind == "of another secret" else 1]):
        if tried % MOST == 0:
            keys.house.clock.set(keys.house.clock.now() + dt.timedelta(minutes=1))
        found, code = await status(keys, method, path, wrong)
        match rule_of(endpoint):
            case None:
                # 401 and 403 are those that look at a key that is shown; the links are signed by nobody.
                assert found in {200, 401, 403, 404}, (method, path)
            case Role.INGEST:
                assert found in {401, 403}, (method, path)
            case _:
                assert found == 401, (method, path)
                assert code == "INVALID_TOKEN" or not is_native(path), (method, path)
    keys.house.clock.set(keys.house.clock.now() + dt.timedelta(minutes=1))
