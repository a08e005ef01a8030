"""An alert tried out → what an evaluation would do, nothing remembered and nothing told; and real test messages."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.access import Actor
from lynxalert.access.passes import unsigned
from lynxalert.alerts import Alert, ChannelSpec, Match
from lynxalert.alerts.advance import Input
from lynxalert.alerts.conditions.no_data import SILENCE
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.model import Kind
from lynxalert.alerts.roster import given
from lynxalert.alerts.schedule import as_of, previous_slot, window
from lynxalert.alerts.state import step
from lynxalert.alerts.turn import Turn
from lynxalert.api.trying import Injected
from lynxalert.daemon import audited
from lynxalert.daemon.overlaid import overlays_of
from lynxalert.daemon.rendering import Asked, rendered
from lynxalert.daemon.runner import Runner
from lynxalert.daemon.slots import Reading, read_slot
from lynxalert.daemon.stage import stage
from lynxalert.engine import Engine
from lynxalert.lang import QueryError
from lynxalert.lang.printer import print_query
from lynxalert.notify.http import Http
from lynxalert.notify.probe import TestOutcome, probe_all, send_tests
from lynxalert.notify.queueing import Linking, made, runbook_only, target_of
from lynxalert.notify.render import compose
from lynxalert.notify.sample import sample
from lynxalert.plan import Row, TimeWindow
from lynxalert.state import Database, StoredOutbox, instances
from lynxalert.state.instances import cursor_of

NOTHING_SENT = "Notifications NOT sent (test mode)."
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What the events said: the rows that meet the condition, the one to show, which may be none of them, and its news."""

    hits: tuple[Match, ...]
    row: Row | None
    kind: Kind = Kind.FIRED


class Preview:
    """Tries alerts out, saved ones and others."""

    def __init__(
        self,
        runner: Runner,
        engine: Engine,
        http: Http,
        database: Database,
        outbox: StoredOutbox,
        links: Linking = runbook_only,
    ) -> None:
        self._links = links
        self._outbox = outbox
        self._runner = runner
        self._engine = engine
        self._http = http
        self._database = database

    async def dry_run(
        self, alert: Alert, at: dt.datetime, events: Sequence[Injected] | None = None
    ) -> Mapping[str, Any]:
        """What an evaluation due at *at* would find, do and say; the channels it would use are really probed.

        With *events* it looks at them, and at nothing that is stored.

        Raises:
            QueryError: the query does not compile.
            EvaluationError: it cannot be judged.
        """
        if events is None:
            return await self._tried(alert, at)
        looked_at = window(alert, as_of(alert, at))
        own = await asyncio.to_thread(stage, self._engine, events, looked_at, at)
        try:
            elsewhere = Preview(own.runner, own.engine, self._http, self._database, self._outbox, self._links)
            return await elsewhere.dry_run(alert, at)
        finally:
            await asyncio.to_thread(own.close)

    async def _tried(self, alert: Alert, at: dt.datetime) -> Mapping[str, Any]:
        moment = as_of(alert, at)
        looked_at = window(alert, moment)
        await self._runner.settle(at)
        reading = await read_slot(self._runner, alert, looked_at, moment, await self._memory(alert))
        found = await self._found(alert, reading, looked_at, moment)
        would_trigger = bool(found.hits)
        labels = found.hits[0].labels if found.hits else {}
        evidence = await self._runner.evidence(alert, looked_at, moment, labels) if would_trigger else ()
        is_silence = any(hit.is_of_silence for hit in found.hits)
        said = SILENCE if is_silence else self._runner.phrase(alert, found.row)
        return {
            "would_trigger": would_trigger,
            "result": dict(found.row) if found.row is not None else None,
            "rows": [dict(hit.values) for hit in found.hits[:MOST_ROWS]],
            "channels_that_would_fire": await self._reachable(alert) if would_trigger else [],
            "message": f"Condition {'met' if would_trigger else 'not met'}: {said}. {NOTHING_SENT}",
            "window": {"start": looked_at.start, "end": looked_at.end},
            "evidence": list(evidence),
            "messages": self._messages(alert, found, moment, said, evidence) if would_trigger else [],
            "overlays": await overlays_of(self._database, alert, found.hits, at),
        }

    async def send_test(self, alert: Alert, *, by: Actor) -> Sequence[Mapping[str, Any]]:
        """Send a `[TEST]` message to every enabled channel, with the present result if there is one."""
        outcomes = await send_tests(alert, await self._present_row(alert), self._http, self._links)
        enabled = [spec for spec in alert.channels if spec.enabled]
        for spec, each in zip(enabled, outcomes, strict=True):
            await self._remember(spec, "ok" if each.error is None else "error")
        now = self._http.clock.now()
        await self._database.write(lambda tx: audited.tested(tx, by, alert, outcomes, now))
        return [_outcome(each) for each in outcomes]

    async def render(
        self, alert: Alert, *, kind: str, channel: str | None, row: Row | None, template: str | None
    ) -> Mapping[str, Any]:
        """As `Previewing` says; over the newest events where the row is found."""
        now = self._http.clock.now()
        evidence: Sequence[str] = ()
        if row is None:
            row = await self._present_row(alert)
            at = as_of(alert, now)
            evidence = (
                await self._runner.evidence(alert, window(alert, at), at, {}) if row is not None else ()
            )
        asked = Asked(kind=kind, channel=channel, row=row, template=template, evidence=evidence)
        query = self._engine.compiler.parse(alert.query)
        return await rendered(alert, query, asked, self._http.clock, self._links)

    async def _remember(self, spec: ChannelSpec, found: str) -> None:
        target = target_of(spec)
        if target is not None:
            await self._outbox.tested(target, self._http.clock.now(), found)

    async def _found(self, alert: Alert, reading: Reading, looked_at: TimeWindow, at: dt.datetime) -> Found:
        hits = list(reading.inputs.hits.values())
        if hits:
            return Found(tuple(hits), hits[0].values)
        missing, kind = await self._missing(reading, at)
        if missing:
            return Found(missing, missing[0].values, kind)
        rows = (await self._runner.run(self._before_condition(alert), looked_at, at)).rows
        return Found((), rows[0] if rows else None)

    async def _missing(self, reading: Reading, at: dt.datetime) -> tuple[tuple[Match, ...], Kind]:
        """The keys that are known, and whose silence counts now, whether it began something already or not; as what."""
        alert = reading.alert
        async with self._database.read() as tx:
            known = (await instances.of(tx, [alert.id]))[alert.id]
        before = previous_slot(alert, at)
        turn = Turn(alert, at, as_of(alert, before) if before is not None else None)
        after = step(turn, known, reading.inputs).instances.values()
        inputs = [(each, given(turn, each, reading.inputs).input) for each in after]
        silent = [each for each, found in inputs if found in (Input.HIT, Input.NONE)]
        fires = any(found is Input.HIT for _, found in inputs)
        missing = tuple(Match(each.key, each.labels, each.labels, count=0) for each in silent)
        return missing, Kind.FIRED if fires else Kind.NO_DATA

    def _before_condition(self, alert: Alert) -> Alert:
        """*alert* asking for the rows that its last `where` judges, which are worth seeing when none passes."""
        query = self._engine.compile(alert.query, alert.timezone).query
        last = max((n for n, stage in enumerate(query.stages) if stage.command == "where"), default=0)
        if last == 0 or alert.when.get("type") != "any_rows":
            return alert
        return replace(alert, query=print_query(replace(query, stages=query.stages[:last])))

    async def _memory(self, alert: Alert) -> Mapping[str, Any] | None:
        async with self._database.read() as tx:
            cursor = (await cursor_of(tx, [alert.id])).get(alert.id)
        return cursor.memory if cursor is not None else None

    async def _present_row(self, alert: Alert) -> Row | None:
        at = as_of(alert, self._http.clock.now())
        await self._runner.settle(at)
        try:
            rows = (await self._runner.run(self._before_condition(alert), window(alert, at), at)).rows
        except (EvaluationError, QueryError):  # a channel can be tried whatever the query says
            return None
        return rows[0] if rows else None

    async def _reachable(self, alert: Alert) -> list[dict[str, Any]]:
        enabled = [spec for spec in alert.channels if spec.enabled]
        reports = await probe_all(enabled, self._http)
        for spec, report in zip(enabled, reports, strict=True):
            await self._remember(spec, report.status)
        return [
            {
                "type": spec.type,
                "name": spec.name,
                "status": report.status,
                "level": report.level.name.lower(),
                "note": report.note,
            }
            for spec, report in zip(enabled, reports, strict=True)
        ]

    def _messages(
        self, alert: Alert, found: Found, at: dt.datetime, said: str, evidence: Sequence[str]
    ) -> list[dict[str, Any]]:
        """What each enabled channel would be sent."""
        hit = found.hits[0]
        occasion = sample(alert, found.row, at, kind=found.kind, labels=hit.labels)
        told = replace(occasion.transition, match=hit, tier=hit.tier)
        occasion = replace(occasion, transition=told, condition=said, evidence=evidence)
        occasion = replace(occasion, links=self._links(occasion, at))
        messages = []
        for spec in alert.channels:
            if spec.enabled:
                message = compose(occasion, made(spec))
                text = message.payload if message.payload is not None else message.body
                messages.append(
                    {"type": spec.type, "name": spec.name, "title": message.title, "text": unsigned(text)}
                )
        return messages


def _outcome(outcome: TestOutcome) -> dict[str, Any]:
    told = {"type": outcome.type, "name": outcome.name}
    if outcome.error is not None:
        return {**told, "status": "error", "error": outcome.error}
    return {**told, "status": "ok", "latency_ms": round(outcome.latency.total_seconds() * 1000)}
