"""Which role each endpoint asks for. What stands nowhere is the admins': nothing is open because it was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.access import Role
from lynxalert.api import (
    alerts,
    audit,
    backtests,
    charts,
    config,
    credentials,
    fields,
    front,
    health,
    histogram,
    ingest,
    metrics,
    moments,
    notifications,
    overlays,
    query,
    records,
    rendering,
    silences,
    sources,
    stream,
    tail,
    trials,
)
from lynxalert.api.contract import reference
from lynxalert.api.dialects import batches, checkrd, checkrd_records, selftune, skills, vox
from lynxalert.api.links import asking as link_asking
from lynxalert.api.links import doing, looking
from lynxalert.api.protocols import hec
from lynxalert.api.protocols.cloudevents import handshake
from lynxalert.api.routes import INGEST_ROUTES

OPEN = (
    front.front,  # the page; the greeting of programs asks by itself
    health.health,
    health.ready,
    metrics.metrics,
    reference.openapi,  # says nothing of what is stored here
    reference.page,
    hec.options,
    hec.health,  # checks a token if one is given, as Splunk does
    handshake,
    # A link carries its own leave.
    charts.linked,
    doing.ack,
    doing.ask_ack,
    doing.ask_mute,
    doing.mute,
    link_asking.ask,
    looking.look,
)
VIEWERS = (
    alerts.index,
    alerts.get,
    backtests.backtest,
    backtests.backtest_unsaved,
    charts.chart,
    checkrd.get,
    checkrd.index,
    checkrd_records.history,
    checkrd_records.notifications,
    fields.index,
    fields.values,
    histogram.histogram,
    moments.history,
    notifications.channels,
    notifications.get,
    notifications.index,
    query.explain,
    query.run,  # a query that writes asks for more by itself
    records.evaluations,
    records.history,
    records.instances,
    records.notifications,
    selftune.get,
    selftune.index,
    silences.get,
    silences.index,
    skills.index,
    sources.index,
    stream.stream,
    tail.tail,
    vox.get,
    vox.index,
)
MEMBERS = (
    alerts.patch,
    alerts.put,
    alerts.toggle,
    checkrd.create,
    checkrd.mute,
    checkrd.put,
    checkrd.toggle,
    checkrd.unmute,
    notifications.retry,
    overlays.ack,
    overlays.mute,
    overlays.unack,
    overlays.unmute,
    selftune.create,
    selftune.create_shared,
    rendering.render,
    silences.create,
    silences.delete,
    trials.test,  # reaches out to the channels
    trials.test_channels,
    trials.test_unsaved,
    vox.create,
    vox.update,
)
SENDERS = (
    batches.call_events,
    batches.push,
    batches.telemetry,
    ingest.ingest,
    *(endpoint for _, _, endpoint in INGEST_ROUTES),
)
ADMINS = (
    alerts.delete,
    audit.index,
    checkrd.delete,
    config.plan,
    config.reload,
    config.show,
    credentials.create,
    credentials.delete,
    credentials.index,
    selftune.delete,
    vox.delete,
)
RULES: Mapping[Callable[..., Any], Role | None] = {
    **dict.fromkeys(SENDERS, Role.INGEST),
    **dict.fromkeys(VIEWERS, Role.VIEWER),
    **dict.fromkeys(MEMBERS, Role.MEMBER),
    **dict.fromkeys(ADMINS, Role.ADMIN),
    **dict.fromkeys(OPEN),
}


def rule_of(endpoint: Callable[..., Any]) -> Role | None:
    """The role that *endpoint* asks for; None: no key at all. `INGEST` is decided by the protocol itself."""
    return RULES.get(endpoint, Role.ADMIN)
