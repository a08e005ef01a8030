"""Every channel × every fault, through the real sender: how often it is tried, when, what is recorded, who hears of it.

The first two answers are the fault, then the provider does as it should. The clock is moved by hand, chance is 0.5.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Iterator

import pytest

from lynxalert.alerts.model import ChannelSpec
from lynxalert.daemon.sender import Sender
from lynxalert.notify.channel import channels
from lynxalert.notify.http import Http
from lynxalert.notify.model import Delivery, Status
from lynxalert.notify.queueing import queue, situation_of
from lynxalert.notify.wellbeing import ChannelHealth, after, news_of
from tests.fakes import FakeClock
from tests.goldens import cases, load, parametrize
from tests.notify.faults import faults
from tests.notify.ledger import Ledger
from tests.notify.occasions import T, alert, configs, occasion
from tests.notify.provider import Answer, Provider, outbound, serving
from tests.notify.rules import RULES

FAULTY = 2  # answers
SLOW = ("hang", "drip")  # only tried once: they take real time
# How long those are waited for, in real time; longer where the machine is too busy to be answered even what is not slow.
PATIENCE = (0.2, 3.0, 30.0)


@contextlib.asynccontextmanager
async def telling(spec: ChannelSpec, http: Http, clock: FakeClock) -> AsyncIterator[asyncio.Queue[Delivery]]:
    """The outcomes of telling *spec* of one start."""
    ledger, outcomes = Ledger(), asyncio.Queue[Delivery]()
    definition = alert(spec)
    ledger.enqueue(definition, queue([occasion(alert=definition)], situation_of(definition, T)))
    sender = Sender(ledger, http, clock, chance=lambda: 0.5, settled=outcomes.put_nowait)
    async with asyncio.TaskGroup() as group:
        group.create_task(sender.run())
        yield outcomes
        sender.stop()


async def history(
    provider: Provider, kind: str, name: str, fault: Answer | None, patience: float
) -> list[Delivery]:
    """What was recorded of one start after each attempt, to the last; of slow faults after the first."""
    clock, slow = FakeClock(T), name in SLOW
    spec = ChannelSpec(type=kind, name=kind, config=configs(provider.url)[kind])
    provider.requests.clear()
    provider.answers = [fault] * FAULTY if fault is not None else []
    provider.rule = RULES[kind]
    records: list[Delivery] = []
    limits = {"timeout": dt.timedelta(seconds=patience)} if slow else {}
    async with Http(outbound(**limits), clock) as http, telling(spec, http, clock) as outcomes:
        while not records or (records[-1].status is Status.RETRYING and not slow):
            records.append(await outcomes.get())
            due = records[-1].due_at
            if due is not None and due > clock.now() and not slow:
                await clock.advance(due - clock.now())
    return records


def row(name: str, records: list[Delivery]) -> str:
    """One line of the table."""
    last = records[-1]
    waits = [
        f"+{(one.due_at - one.settled_at).total_seconds():g}s"
        for one in records[:-1]
        if one.due_at and one.settled_at
    ]
    plain = ", plain" if last.degraded else ""
    times = f"{len(records)} attempt{'s' * (len(records) > 1)}{plain} {' '.join(waits)}".rstrip()
    reasons = [one.detail for one in records if one.detail]
    return f"{name:<21} | {times:<28} | {last.status:<9} | {'; '.join(notices(records)) or '-':<10} | {reasons[-1] if reasons else '-'}"


def notices(records: list[Delivery]) -> Iterator[str]:
    """What an error channel hears."""
    health = ChannelHealth(records[0].target)
    for each in records:
        before, health = health, after(health, each)
        news = news_of(before, health)
        if news is not None:
            yield "works" if news.is_over else "refuses"


@parametrize("faults")
async def test_faults(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = load(path, rewrite=bool(pytestconfig.getoption("--golden-rewrite")))
    lines = []
    async with serving() as provider:
        for name, fault in {"none": None, **faults(path.stem)}.items():
            for patience in PATIENCE:
                records = await history(provider, path.stem, name, fault, patience)
                line = row(name, records).replace(provider.url, "http://provider")
                line = line.replace(f"within {patience:g} s", f"within {PATIENCE[0]:g} s")
                if name not in SLOW or line in case.get("table").splitlines():
                    break
            assert "CANARY" not in line
            lines.append(line)
            messages = [one for one in provider.requests if one.method != "GET"]
            assert len(messages) <= records[-1].attempt
            assert not any("meta-data" in one.path for one in provider.requests)
            # A repetition is recognised by whoever looks for it.
            assert len({one.headers.get("webhook-id") for one in messages}) <= 1
        provider.release()
    case.expect("table", "\n".join(lines))


def test_every_channel_has_its_table() -> None:
    assert sorted(path.stem for path in cases("faults")) == sorted({*channels()} - {"apprise", "email"})
