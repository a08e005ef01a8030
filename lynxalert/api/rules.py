"""Which role each endpoint asks for. What stands nowhere is the admins': nothing is open because it was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.access import Role
from lynxalert.api import (
    alerts,
    audit,
    backtests,
    config,
    credentials,
    fields,
    front,
    health,
    histogram,
    ingest,
    metrics,
    overlays,
    query,
    records,
    silences,
    sources,
    tail,
    trials,
)
from lynxalert.api.dialects.routes import DIALECT_ROUTES
from lynxalert.api.protocols import hec
from lynxalert.api.protocols.cloudevents import handshake
from lynxalert.api.routes import INGEST_ROUTES

OPEN = (
    front.front,  # the page; the greeting of programs asks by itself
    health.health,
    health.ready,
    metrics.metrics,
    hec.options,
    hec.health,  # checks a token if one is given, as Splunk does
    handshake,
)
VIEWERS = (
    alerts.index,
    alerts.get,
    backtests.backtest,
    backtests.backtest_unsaved,
    fields.index,
    fields.values,
    histogram.histogram,
    query.explain,
    query.run,  # a query that writes asks for more by itself
    records.evaluations,
    records.history,
    records.instances,
    records.notifications,
    silences.get,
    silences.index,
    sources.index,
    tail.tail,
)
MEMBERS = (
    alerts.create,
    alerts.patch,
    alerts.put,
    alerts.toggle,
    overlays.ack,
    overlays.mute,
    overlays.unack,
    overlays.unmute,
    silences.create,
    silences.delete,
    trials.test,  # reaches out to the channels
    trials.test_channels,
    trials.test_unsaved,
)
SENDERS = (ingest.ingest, *(endpoint for _, _, endpoint in INGEST_ROUTES + DIALECT_ROUTES))
ADMINS = (
    alerts.delete,
    audit.index,
    config.reload,
    config.show,
    credentials.create,
    credentials.delete,
    credentials.index,
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
