"""What the API asks of channels: are they reachable, and does a `[TEST]` message arrive.

A test message is sent once, at once, past the outbox: somebody is waiting for the answer.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lynxalert.alerts.model import Alert, ChannelSpec
from lynxalert.clock import monotonic
from lynxalert.notify.facts import Occasion
from lynxalert.notify.http import Http
from lynxalert.notify.model import DeliveryError, Level, ProbeReport
from lynxalert.notify.queueing import Linking, made, runbook_only
from lynxalert.notify.render import compose
from lynxalert.notify.sample import sample
from lynxalert.notify.sending import probe as probe_channel
from lynxalert.notify.sending import send
from lynxalert.plan import Row


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """How a test message fared: *error* is None when it was accepted, else the remote reason without secrets."""

    __test__ = False  # not a test, whatever pytest thinks of its name

    type: str
    name: str
    latency: dt.timedelta
    error: str | None = None


async def probe(spec: ChannelSpec, http: Http) -> ProbeReport:
    """How far one gets with the channel without notifying anyone."""
    channel = made(spec)
    if channel is None:
        return ProbeReport(Level.NONE, "unknown", "the channel is not configured")
    return await probe_channel(channel, http)


async def probe_all(specs: Sequence[ChannelSpec], http: Http) -> list[ProbeReport]:
    """`probe` for each of *specs* at once, in their order."""
    return list(await asyncio.gather(*(probe(spec, http) for spec in specs)))


async def send_test(
    spec: ChannelSpec, alert: Alert, row: Row | None, http: Http, links: Linking = runbook_only
) -> TestOutcome:
    """Send a message marked `[TEST]` for *alert* with *row* as its result (None: a made-up one)."""
    channel = made(spec)
    started = monotonic()
    error = None
    if channel is None:
        error = "the channel is not configured"
    else:
        occasion: Occasion = sample(alert, row, http.clock.now(), test=True)
        occasion = replace(occasion, links=links(occasion, http.clock.now()))
        identity = f"{occasion.transition.episode}-{spec.type}-{spec.name}"
        try:
            await send(channel, compose(occasion, channel, identity), http)
        except DeliveryError as refused:
            error = refused.detail
    return TestOutcome(spec.type, spec.name, dt.timedelta(seconds=monotonic() - started), error)


async def send_tests(
    alert: Alert, row: Row | None, http: Http, links: Linking = runbook_only
) -> list[TestOutcome]:
    """`send_test` for every enabled channel of *alert* at once, in the order of its definition."""
    enabled = [spec for spec in alert.channels if spec.enabled]
    return list(await asyncio.gather(*(send_test(spec, alert, row, http, links) for spec in enabled)))
