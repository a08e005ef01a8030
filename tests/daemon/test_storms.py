"""Groups, storms and digests through the whole outbox: nothing lost, nothing said twice, ends after starts."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections import Counter

from lynxalert.alerts import Kind
from lynxalert.alerts.model import Grouping, Pace
from lynxalert.notify.model import Quiet, Special, Status
from tests.daemon.storms import SECOND, chat_spec, chatting
from tests.notify.occasions import MINUTE, alert
from tests.notify.provider import Answer

SLOW = Pace(20, MINUTE, 3)


async def test_a_thousand_at_once_are_one_digest_and_their_ends_another(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider))
        await chat.tell(range(1_000))
        digest = await chat.outcome()
        assert (digest.kind, digest.status) == (Special.DIGEST, Status.DELIVERED)
        assert digest.message.title == "DIGEST: High error rate: 1,000 firing"
        assert await chat.counts() == {"delivered": 1, "collapsed": 1_000}
        await chat.tell(range(1_000), Kind.RESOLVED)
        ends = await chat.outcome()
        assert ends.message.title == "DIGEST: High error rate: 1,000 resolved"
        assert await chat.counts() == {"delivered": 2, "collapsed": 2_000}
        assert len(chat.provider.requests) == 2
        rows = await chat.rows()
        told = {each.id: each for each in rows if each.is_digest}
        assert Counter(each.digest for each in rows if not each.is_digest) == dict.fromkeys(told, 1_000)
        assert {each.reason for each in rows if not each.is_digest} == {Quiet.DIGEST}


async def test_texts_of_a_crowd_are_written_for_those_that_are_sent_singly(tmp_path: pathlib.Path) -> None:
    """Before the first attempt, and stored: what is tried again reads the same, whatever became of the alert since."""
    async with chatting(tmp_path) as chat:
        spec = chat_spec(chat.provider, pace=SLOW)
        await chat.through(
            spec,
            templates={
                "message": "on {{ instance.labels.host }}: {{ result.errors }} since {{ episode.started }}"
            },
        )
        chat.provider.answers = [Answer(500, "down")]
        await chat.tell([1, 2], crowd=True)
        assert (await chat.outcome()).status is Status.RETRYING
        assert (await chat.outcome()).status is Status.DELIVERED
        first, _ = await chat.rows()
        assert first.message.unwritten is None
        await chat.through(spec, templates={"message": "changed meanwhile"})
        await chat.later(5 * SECOND)
        assert (await chat.outcome()).status is Status.DELIVERED
        texts = [request.json["text"] for request in chat.provider.requests]
        assert texts[0] == texts[2] != texts[1]
        assert "changed" not in "".join(texts)


async def test_nobody_writes_the_texts_that_a_digest_stands_for(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider))
        await chat.tell(range(60), crowd=True)
        digest = await chat.outcome()
        assert digest.message.title == "DIGEST: High error rate: 60 firing"
        members = [each.message for each in await chat.rows() if not each.is_digest]
        assert sum(each.unwritten is None for each in members) <= 1  # the one that was claimed
        assert [each.text for each in members if each.unwritten] == [
            each.title for each in members if each.unwritten
        ]
        await chat.tell(range(60), Kind.RESOLVED, crowd=True)
        assert (await chat.outcome()).message.title == "DIGEST: High error rate: 60 resolved"
        assert len(chat.provider.requests) == 2


async def test_what_fits_is_said_one_by_one(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider, pace=SLOW))
        await chat.tell(range(3))
        assert [(await chat.outcome()).kind for _ in range(3)] == [Kind.FIRED] * 3
        await chat.tell([3])
        await chat.quiet()
        assert len(chat.provider.requests) == 3
        await chat.later(4 * SECOND)
        assert (await chat.outcome()).kind is Kind.FIRED
        assert len(chat.provider.requests) == 4


async def test_a_digest_that_fails_fails_for_all_and_no_end_follows(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.provider.otherwise = Answer(403, {"ok": False})
        await chat.through(chat_spec(chat.provider, pace=SLOW))
        await chat.tell(range(10))
        assert (await chat.outcome()).status is Status.FAILED
        assert await chat.counts() == {"failed": 11}
        await chat.tell(range(10), Kind.RESOLVED)
        await chat.quiet()
        assert await chat.counts() == {"failed": 11, "suppressed": 10}
        assert len(chat.provider.requests) == 1


async def test_an_end_waits_for_the_digest_of_its_start(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.provider.answers = [Answer(500, "down")]
        await chat.through(chat_spec(chat.provider, pace=SLOW))
        await chat.tell(range(5))
        assert (await chat.outcome()).status is Status.RETRYING
        await chat.tell([2], Kind.RESOLVED)
        await chat.quiet()
        assert len(chat.provider.requests) == 1
        await chat.later(5 * SECOND)
        assert [(await chat.outcome()).kind, (await chat.outcome()).kind] == [Special.DIGEST, Kind.RESOLVED]
        texts = [request.text for request in chat.provider.requests]
        assert texts[0] == texts[1]


async def test_a_group_goes_out_together_and_then_once_an_interval(tmp_path: pathlib.Path) -> None:
    grouping = Grouping(("alert",), wait=30 * SECOND, interval=5 * MINUTE)
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider, "webhook", grouping=grouping))
        await chat.tell([1, 2])
        await chat.later(29 * SECOND)
        await chat.tell([3])
        await chat.quiet()
        assert chat.provider.requests == []
        await chat.later(SECOND)
        first = await chat.outcome()
        assert first.message.title == "DIGEST: High error rate: 3 firing"
        body = chat.provider.requests[0].json
        hosts = [each["labels"]["host"] for each in body["alerts"]]
        assert (sorted(hosts), body["truncatedAlerts"]) == (["h1", "h2", "h3"], 0)
        await chat.tell([1, 3], Kind.RESOLVED)
        await chat.later(5 * MINUTE - SECOND)
        assert len(chat.provider.requests) == 1
        await chat.later(SECOND)
        assert (await chat.outcome()).message.title == "DIGEST: High error rate: 2 resolved"


async def test_groups_of_different_labels_are_different_messages(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider, "webhook", grouping=Grouping(("host",), wait=0 * SECOND)))
        await chat.tell([1, 2])
        assert [(await chat.outcome()).kind for _ in range(2)] == [Kind.FIRED] * 2


async def test_an_incident_of_each_is_slower_not_less(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.through(chat_spec(chat.provider, "pagerduty", pace=Pace(60, MINUTE, 2)))
        await chat.tell(range(5))
        kinds = [(await chat.outcome()).kind for _ in range(2)]
        for _ in range(3):
            await chat.later(1.01 * SECOND)
            kinds.append((await chat.outcome()).kind)
        assert kinds == [Kind.FIRED] * 5
        assert len({request.json["dedup_key"] for request in chat.provider.requests}) == 5


async def test_one_digest_tells_of_many_alerts_the_gravest_first(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        spec = chat_spec(chat.provider, grouping=Grouping((), wait=5 * SECOND))
        other = alert(spec, id="alt_2", name="Disk <full>", severity="critical")
        await chat.through(spec, id=other.id, name=other.name, severity=other.severity)
        await chat.through(spec)
        await chat.tell(range(3))
        await chat.tell([0], of=other)
        await chat.later(5 * SECOND)
        digest = await chat.outcome()
        assert digest.message.severity == "critical"
        text = chat.provider.requests[0].json["text"]
        assert text.splitlines()[:4] == [
            "<b>DIGEST: 2 alerts: 4 firing</b>",
            "everything",
            "Disk &lt;full&gt; (critical): 1 firing",
            "High error rate (error): 3 firing",
        ]


async def test_a_place_that_keeps_failing_is_tried_by_one(tmp_path: pathlib.Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.provider.otherwise = Answer(502, "down")
        await chat.through(chat_spec(chat.provider, "webhook"))
        await chat.tell(range(50))
        for _ in range(5):
            assert (await chat.outcome()).status is Status.RETRYING
        await chat.quiet()
        assert len(chat.provider.requests) == 5
        await chat.later(dt.timedelta(seconds=5))
        assert (await chat.outcome()).status is Status.RETRYING
        await chat.quiet()
        assert len(chat.provider.requests) == 6
        chat.provider.otherwise = Answer()
        await chat.later(dt.timedelta(seconds=10))
        assert (await chat.outcome()).status is Status.DELIVERED
        for _ in range(43):
            await chat.outcome()
        assert (await chat.counts())["delivered"] >= 44
