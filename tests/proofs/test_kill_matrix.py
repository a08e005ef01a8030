"""SIGKILL of a real process at every point of a message's way, for every shape of message: nothing is lost.

A message comes twice only if the process dies between the provider's acceptance and our commit, and then with the same key:
who keeps keys drops it, the others hear it once more.
"""

from __future__ import annotations

import asyncio
import itertools
import pathlib
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from lynxalert.notify.model import Delivery, Status
from lynxalert.state import Database, history, owed
from tests.daemon.evaluating import ALERT
from tests.forking import start
from tests.notify.provider import Provider, serving
from tests.proofs import mortal

ACCEPTED = ("accepted", "settling")  # from the provider's answer to our commit
DEEP = settings.default is not None and settings.default.max_examples > 20
KINDS = [("telegram", "digest"), ("webhook", "group")]
if DEEP:
    KINDS += [("telegram", "single"), ("telegram", "group"), ("webhook", "single"), ("webhook", "digest")]
    KINDS += [("pagerduty", "single")]
CASES = list(itertools.product(mortal.POINTS, KINDS, (1, 2, 3, 4) if DEEP else (2,)))


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serving() as found:
        yield found


async def killed(folder: pathlib.Path, kind: tuple[str, str], url: str, point: str, nth: int) -> int:
    """The exit code of a process that was to die."""
    process = start(mortal.die, str(folder), mortal.channel(*kind, url), point, nth)
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


@pytest.mark.company("killed")
@pytest.mark.parametrize(
    ("point", "kind", "nth"), CASES, ids=[f"{point}-{'-'.join(kind)}-{nth}" for point, kind, nth in CASES]
)
async def test_a_kill(
    tmp_path: pathlib.Path, provider: Provider, point: str, kind: tuple[str, str], nth: int
) -> None:
    code = await killed(tmp_path, kind, provider.url, point, nth)
    assert code == -signal.SIGKILL
    await mortal.live(tmp_path, mortal.channel(*kind, provider.url))
    rows = await outbox(tmp_path)
    delivered = [each for each in rows if each.status is Status.DELIVERED]
    assert {each.status for each in rows} <= {Status.DELIVERED, Status.COLLAPSED}
    nothing_is_lost(provider, kind[0], delivered)
    again = len(provider.requests) - len(delivered)
    assert again == (1 if point in ACCEPTED else 0), "messages that came twice"
    if kind[0] != "telegram":
        assert len({key(kind[0], each.json, each.headers) for each in provider.requests}) == len(delivered)


def nothing_is_lost(provider: Provider, kind: str, delivered: list[Delivery]) -> None:
    if kind == "telegram":
        told = Counter(each.json["text"] for each in provider.requests)
        assert set(told) == {each.message.rich or each.message.text for each in delivered}
    else:
        keys = {key(kind, each.json, each.headers) for each in provider.requests}
        own = {each.id for each in delivered}
        if kind == "pagerduty":
            own = {f"{each.episode} {'resolve' if each.is_end else 'trigger'}" for each in delivered}
        assert keys == own


def key(kind: str, body: dict[str, str], headers: dict[str, str]) -> str:
    """What a provider tells a repetition by."""
    return f"{body['dedup_key']} {body['event_action']}" if kind == "pagerduty" else headers["webhook-id"]


async def outbox(folder: pathlib.Path) -> list[Delivery]:
    """Every delivery; each start and each end of the history must have one, and two of each per host there are."""
    database = await Database.open(folder / "state.sqlite", lasting=False)
    try:
        async with database.read() as tx:
            listed = [each.delivery for each in await owed.listed(tx, limit=1000)]
            told = [each.transition for each in await history.transitions_of(tx, ALERT.id, limit=1000)]
    finally:
        await database.close()
    assert Counter((one.labels["host"], str(one.kind)) for one in told) == {
        (host, kind): 2 for host in mortal.HOSTS for kind in ("fired", "resolved")
    }
    singles = Counter((each.episode, each.sequence) for each in listed if not each.is_digest)
    assert singles == Counter((one.episode, one.sequence) for one in told)
    return listed
