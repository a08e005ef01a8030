"""Draining the outbox against a real server: exact counts, order, retries, crashes, a stop in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import structlog

from lynxalert.alerts.model import ChannelSpec, Kind
from lynxalert.daemon.picturing import Illustrate, leave
from lynxalert.daemon.sender import Sender
from lynxalert.daemon.settling import Settling
from lynxalert.notify.channel import Channel
from lynxalert.notify.http import Http
from lynxalert.notify.message import Message
from lynxalert.notify.model import Delivery, Overlay, Quiet, Status
from lynxalert.notify.queueing import queue, situation_of
from tests.fakes import FakeClock
from tests.notify.ledger import Ledger
from tests.notify.occasions import MINUTE, T, alert, occasion
from tests.notify.provider import Answer, Provider, outbound, serving

SECOND = dt.timedelta(seconds=1)


class Bench:
    """A sender at work on a ledger, a provider to send to, and a clock moved by hand."""

    def __init__(self, provider: Provider, http: Http, clock: FakeClock) -> None:
        self.provider = provider
        self.ledger = Ledger()
        self.clock = clock
        self.http = http
        self.outcomes: asyncio.Queue[Delivery] = asyncio.Queue()
        self.sender = self.make()

    def make(self, illustrate: Illustrate = leave) -> Sender:
        return Sender(
            self.ledger,
            self.http,
            self.clock,
            chance=lambda: 0.5,
            settled=self.outcomes.put_nowait,
            illustrate=illustrate,
        )

    def spec(self, kind: str = "webhook", name: str = "a", **config: Any) -> ChannelSpec:
        at = {
            "webhook": {"url": f"{self.provider.url}/{name}"},
            "pagerduty": {"routing_key": "R", "api_url": self.provider.url},
            "telegram": {"bot_token": "1:x", "chat_id": 7, "api_url": self.provider.url},
        }
        return ChannelSpec(type=kind, name=name, config={**at[kind], **config})

    def tell(
        self, *specs: ChannelSpec, kind: Kind = Kind.FIRED, overlays: Sequence[Overlay] = (), **changes: Any
    ) -> None:
        definition = alert(*specs)
        now = self.clock.now()
        circumstances = situation_of(definition, now, overlays=overlays, starts=self.ledger.starts())
        told = occasion(kind, alert=definition, at=now, **changes)
        self.ledger.enqueue(definition, queue([told], circumstances))
        self.sender.wake()

    async def outcome(self) -> tuple[str, str, str | None]:
        settled = await self.outcomes.get()
        return str(settled.kind), str(settled.status), settled.reason

    async def rest(self) -> None:
        """Until every ready task has had its turn and nothing is leased."""
        for _ in range(50):
            await asyncio.sleep(0)

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return [(str(row.kind), str(row.status)) for row in self.ledger.all()]

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.provider.requests]


@contextlib.asynccontextmanager
async def working(*, illustrate: Illustrate = leave, **settings: Any) -> AsyncIterator[Bench]:
    clock = FakeClock(T)
    async with serving() as provider, Http(outbound(**settings), clock) as http, asyncio.TaskGroup() as group:
        bench = Bench(provider, http, clock)
        bench.sender = bench.make(illustrate)
        running = group.create_task(bench.sender.run())
        yield bench
        provider.release()
        bench.sender.stop()
        await running


async def test_one_start_is_one_message() -> None:
    async with working() as bench:
        bench.tell(bench.spec())
        assert await bench.outcome() == ("fired", "delivered", None)
        await bench.rest()
        (row,) = bench.ledger.all()
        assert (row.attempt, row.due_at, row.lease_until, row.receipt) == (1, None, None, row.id)
        assert bench.ids == [row.id]


async def test_nothing_due_is_no_message() -> None:
    async with working() as bench:
        bench.tell(bench.spec(), overlays=[Overlay(Quiet.MUTED, T + SECOND)])
        await bench.clock.advance(10 * SECOND)
        assert bench.provider.requests == []
        assert bench.statuses == [("fired", "suppressed")]


async def test_a_passing_fault_is_retried_with_the_same_message_and_id() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(500, "oops"), Answer(503, "busy")]
        bench.tell(bench.spec())
        assert await bench.outcome() == ("fired", "retrying", "server")
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("fired", "retrying", "server")
        await bench.clock.advance(2 * SECOND)
        assert await bench.outcome() == ("fired", "delivered", None)
        await bench.clock.advance(3600 * SECOND)
        assert len(bench.ids) == 3
        assert len(set(bench.ids)) == 1
        assert len({request.text for request in bench.provider.requests}) == 1


async def test_an_end_never_overtakes_its_start() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(500, "oops")]
        pager = bench.spec("pagerduty")
        bench.tell(pager)
        assert await bench.outcome() == ("fired", "retrying", "server")
        bench.tell(pager, kind=Kind.RESOLVED, sequence=2)
        await bench.rest()
        assert len(bench.provider.requests) == 1
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("fired", "delivered", None)
        assert await bench.outcome() == ("resolved", "delivered", None)
        actions = [request.json["event_action"] for request in bench.provider.requests]
        assert actions == ["trigger", "trigger", "resolve"]


async def test_an_end_replies_to_its_start() -> None:
    async with working() as bench:
        chat = bench.spec("telegram")
        bench.tell(chat)
        assert await bench.outcome() == ("fired", "delivered", None)
        bench.tell(chat, kind=Kind.RESOLVED, sequence=2)
        assert await bench.outcome() == ("resolved", "delivered", None)
        replies = [request.json.get("reply_parameters") for request in bench.provider.requests]
        assert replies == [None, {"message_id": 7, "allow_sending_without_reply": True}]


async def test_what_began_and_ended_while_a_chat_was_down_is_one_message() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(502, "down")]
        chat = bench.spec("telegram")
        bench.tell(chat)
        assert await bench.outcome() == ("fired", "retrying", "server")
        bench.tell(chat, kind=Kind.RESOLVED, sequence=2)
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("fired", "collapsed", None)
        assert await bench.outcome() == ("resolved", "delivered", None)
        await bench.clock.advance(3600 * SECOND)
        ends = ["RESOLVED" in request.json["text"] for request in bench.provider.requests]
        assert ends == [False, True]


async def test_an_end_whose_start_failed_is_dropped() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(500, "oops"), Answer(403, "no")]
        pager = bench.spec("pagerduty")
        bench.tell(pager)
        assert await bench.outcome() == ("fired", "retrying", "server")
        bench.tell(pager, kind=Kind.RESOLVED, sequence=2)
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("fired", "failed", "unauthorized")
        assert await bench.outcome() == ("resolved", "suppressed", "start_not_accepted")
        await bench.clock.advance(3600 * SECOND)
        assert len(bench.provider.requests) == 2


async def test_a_refused_text_is_sent_once_more_plain() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(400, {"ok": False, "description": "can't parse entities"})]
        bench.tell(bench.spec("telegram"))
        assert await bench.outcome() == ("fired", "retrying", "rejected")
        assert await bench.outcome() == ("fired", "delivered", None)
        modes = [request.json.get("parse_mode") for request in bench.provider.requests]
        assert modes == ["HTML", None]


async def test_a_text_refused_twice_fails() -> None:
    async with working() as bench:
        bench.provider.otherwise = Answer(422, "no")
        bench.tell(bench.spec())
        assert await bench.outcome() == ("fired", "retrying", "rejected")
        assert await bench.outcome() == ("fired", "failed", "rejected")
        await bench.clock.advance(3600 * SECOND)
        assert len(bench.provider.requests) == 2


async def test_a_throttled_destination_is_left_alone() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(429, "slow", {"Retry-After": "60"})]
        hook = bench.spec()
        bench.tell(hook)
        assert await bench.outcome() == ("fired", "retrying", "throttled")
        bench.tell(hook, episode="f" * 24)
        await bench.clock.advance(62 * SECOND)
        assert len(bench.provider.requests) == 1
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("fired", "delivered", None)
        assert await bench.outcome() == ("fired", "delivered", None)
        assert len(bench.provider.requests) == 3


async def test_a_stuck_channel_delays_no_other() -> None:
    async with working(timeout=dt.timedelta(seconds=30)) as bench, serving() as stuck:
        stuck.otherwise = Answer(manner="hang")
        stuck_spec = bench.spec(name="stuck", url=f"{stuck.url}/stuck")
        bench.tell(stuck_spec)
        await stuck.arrived.wait()
        bench.tell(bench.spec(name="free"), episode="f" * 24)
        assert await bench.outcome() == ("fired", "delivered", None)
        assert len(bench.provider.requests) == 1
        stuck.release()
        assert await bench.outcome() == ("fired", "delivered", None)


async def test_a_destination_gets_one_message_at_a_time() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(manner="hang")]
        hook = bench.spec()
        for number in range(3):
            bench.tell(hook, episode=f"{number}" * 24)
        await bench.provider.arrived.wait()
        await bench.rest()
        assert len(bench.provider.requests) == 1
        bench.provider.release()
        assert [await bench.outcome() for _ in range(3)] == [("fired", "delivered", None)] * 3
        assert len(bench.provider.requests) == 3


async def test_what_was_claimed_together_waits_together() -> None:
    async with working() as bench:
        hook = bench.spec()
        bench.tell(hook, episode="0" * 24)  # the first shows of what kind the place is
        assert await bench.outcome() == ("fired", "delivered", None)
        bench.provider.answers = [Answer(), Answer(429, "slow", {"Retry-After": "60"})]
        for number in range(1, 6):
            bench.tell(hook, episode=f"{number}" * 24)
        await bench.rest()
        assert await bench.outcome() == ("fired", "delivered", None)
        assert await bench.outcome() == ("fired", "retrying", "throttled")
        await bench.clock.advance(62 * SECOND)
        assert len(bench.provider.requests) == 3
        assert [row.attempt for row in bench.ledger.all()] == [1, 1, 1, 0, 0, 0]
        await bench.clock.advance(SECOND)
        assert [await bench.outcome() for _ in range(4)] == [("fired", "delivered", None)] * 4
        assert len(bench.provider.requests) == 7


class Slow(Ledger):
    """Commits when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        self.commits: list[int] = []

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        await self.free.wait()
        self.commits.append(len(deliveries))
        return await super().settle(deliveries)


async def test_outcomes_that_come_during_a_commit_share_the_next() -> None:
    async with working() as bench, asyncio.TaskGroup() as group:
        slow, heard = Slow(), list[Delivery]()
        for number in range(5):
            bench.tell(bench.spec(), episode=f"{number}" * 24)
        settling = Settling(slow, group, lambda outcome, _: heard.extend(outcome))
        rows = bench.ledger.all()
        settling.add(rows[:1])
        finishing = group.create_task(settling.done())
        await bench.rest()
        for row in rows[1:]:
            settling.add([row])
        assert heard == []
        slow.free.set()
        await finishing
        assert slow.commits == [1, 4]
        assert heard == rows


class Killed(Exception):
    """The process is gone."""


class Dying(Ledger):
    """Dies after the provider accepted and before the outcome is stored, the first time."""

    died = False

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        if not self.died:
            self.died = True
            raise Killed
        return await super().settle(deliveries)


async def test_a_crash_between_acceptance_and_settling_repeats_with_the_same_id() -> None:
    clock = FakeClock(T)
    async with serving() as provider, Http(outbound(), clock) as http:
        bench = Bench(provider, http, clock)
        bench.ledger = Dying()
        bench.sender = bench.make()
        bench.tell(bench.spec())
        with pytest.raises(ExceptionGroup):
            await bench.sender.run()
        assert bench.statuses == [("fired", "leased")]
        again = bench.sender = bench.make()
        async with asyncio.TaskGroup() as group:
            group.create_task(again.run())
            assert await bench.outcome() == ("fired", "delivered", None)
            again.stop()
        assert len(bench.ids) == 2
        assert len(set(bench.ids)) == 1


async def test_a_stop_lets_what_is_under_way_finish() -> None:
    async with working() as bench:
        bench.provider.answers = [Answer(manner="hang")]
        hook = bench.spec()
        bench.tell(hook)
        bench.tell(hook, episode="f" * 24)
        await bench.provider.arrived.wait()
        bench.sender.stop()
        bench.provider.release()
        assert await bench.outcome() == ("fired", "delivered", None)
        await bench.rest()
        assert sorted(bench.statuses) == [("fired", "delivered"), ("fired", "queued")]
        assert len(bench.provider.requests) == 1


async def test_a_channel_that_is_gone_fails() -> None:
    async with working() as bench:
        hook = bench.spec()
        bench.tell(hook)
        bench.ledger.specs.clear()
        assert await bench.outcome() == ("fired", "failed", "unconfigured")
        assert bench.provider.requests == []


async def test_a_channel_without_its_fields_fails() -> None:
    async with working() as bench:
        hook = bench.spec()
        bench.tell(hook)
        bench.ledger.specs = {target: replace(hook, config={}) for target in bench.ledger.specs}
        assert await bench.outcome() == ("fired", "failed", "unconfigured")


async def test_leases_of_a_dead_process_are_taken_over() -> None:
    clock = FakeClock(T)
    async with serving() as provider, Http(outbound(), clock) as http, asyncio.TaskGroup() as group:
        bench = Bench(provider, http, clock)
        bench.tell(bench.spec())
        (row,) = bench.ledger.all()
        bench.ledger.rows[row.id] = replace(row, status=Status.LEASED, lease_until=T + 3600 * SECOND)
        group.create_task(bench.sender.run())
        assert await bench.outcome() == ("fired", "delivered", None)
        bench.sender.stop()


async def test_held_ends_go_out_when_due() -> None:
    async with working() as bench:
        chat = bench.spec("telegram")
        bench.tell(chat)
        assert await bench.outcome() == ("fired", "delivered", None)
        bench.tell(chat, kind=Kind.RESOLVED, sequence=2, overlays=[Overlay(Quiet.MUTED, T + 60 * SECOND)])
        await bench.clock.advance(59 * SECOND)
        assert len(bench.provider.requests) == 1
        await bench.clock.advance(SECOND)
        assert await bench.outcome() == ("resolved", "delivered", None)
        assert len(bench.provider.requests) == 2


async def test_a_mistake_of_ours_in_one_message_does_not_stop_the_others() -> None:
    calls = 0

    async def illustrate(channel: Channel, delivery: Delivery, message: Message) -> Message:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError
        return message

    async with working(illustrate=illustrate) as bench:
        bench.tell(bench.spec())
        assert await bench.outcome() == ("fired", "retrying", "bad_reply")
        await bench.clock.advance(2 * SECOND)
        assert await bench.outcome() == ("fired", "delivered", None)


async def test_a_mistake_of_ours_is_tried_for_no_longer_than_the_channel_says() -> None:
    async def illustrate(channel: Channel, delivery: Delivery, message: Message) -> Message:
        raise ZeroDivisionError

    async with working(illustrate=illustrate) as bench:
        bench.tell(replace(bench.spec(), max_age=SECOND / 2))
        assert await bench.outcome() == ("fired", "failed", "gave_up")


async def test_no_secret_in_the_log() -> None:
    with structlog.testing.capture_logs() as logs:
        async with working() as bench:
            bench.provider.otherwise = Answer(403, "no CANARY-path-secret")
            bench.tell(bench.spec(url=f"{bench.provider.url}/CANARY-path-secret"))
            assert await bench.outcome() == ("fired", "failed", "unauthorized")
        assert [(line["event"], line["log_level"]) for line in logs] == [("delivery settled", "error")]
        assert "CANARY" not in repr(logs) + repr(bench.ledger.all())


@pytest.mark.parametrize("count", [1, 7])
async def test_many_destinations_at_once(count: int) -> None:
    async with working() as bench:
        specs = [bench.spec(name=f"hook-{number}") for number in range(count)]
        bench.tell(*specs)
        for _ in range(count):
            assert await bench.outcome() == ("fired", "delivered", None)
        assert sorted(request.path for request in bench.provider.requests) == sorted(
            f"/{one.name}" for one in specs
        )


@pytest.mark.parametrize(("kind", "lasts"), [(Kind.FIRED, 10), (Kind.RESOLVED, 30)])
async def test_a_channel_is_tried_for_as_long_as_it_says(kind: Kind, lasts: int) -> None:
    async with working() as bench:
        minutes = {"max_age": 10 * MINUTE, "max_age_resolved": 30 * MINUTE}
        spec = replace(bench.spec(), **minutes)
        if kind is Kind.RESOLVED:
            bench.tell(spec)
            assert await bench.outcome() == ("fired", "delivered", None)
        bench.provider.otherwise = Answer(503)
        begun = bench.clock.now()
        bench.tell(spec, kind=kind, sequence=2)
        while bench.statuses[-1][1] in ("queued", "leased", "retrying"):
            async with asyncio.timeout(20):
                while not bench.sender.is_idle:  # noqa: ASYNC110 - it tells nobody when it rests
                    await asyncio.sleep(0)
            await bench.rest()
            if (wake := bench.clock.next_wake()) is not None:
                bench.clock.set(wake)
                await bench.rest()
        assert bench.statuses[-1] == (str(kind), "failed")
        assert lasts / 2 * MINUTE < bench.clock.now() - begun <= lasts * MINUTE
