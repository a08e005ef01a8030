"""What the daemon offers → an aiohttp application: every route of the interface in one table."""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.access.passes import Passes
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
    keys,
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
from lynxalert.api.contract.document import Document, document
from lynxalert.api.contract.families import FAMILIES
from lynxalert.api.dialects import selftune
from lynxalert.api.dialects.routes import DIALECT_ROUTES
from lynxalert.api.dialects.voices import BY_ADDRESS
from lynxalert.api.errors import VOICES, Endpoint, errors
from lynxalert.api.guard import guard
from lynxalert.api.links import asking as link_asking
from lynxalert.api.links import doing, looking
from lynxalert.api.links.html import refusal
from lynxalert.api.metrics import METRICS, Metrics, counted, metrics
from lynxalert.api.ports import (
    Alerts,
    Audit,
    Configuration,
    Keys,
    Notifications,
    Part,
    Silences,
)
from lynxalert.api.protocols.acks import ACKS, Acks
from lynxalert.api.recalling import Moments
from lynxalert.api.repeats import REPEATS, Repeats
from lynxalert.api.routes import INGEST_ROUTES, Route
from lynxalert.api.rules import RULES
from lynxalert.api.serving import UNDER_WAY, UnderWay, under_way
from lynxalert.api.trying import Backtests, Rehearsal
from lynxalert.clock import Clock
from lynxalert.events import EventStore
from lynxalert.notify.chart import Charts

PREFIX = "/api/v1"
CURSORS = 2  # queries of people at once; alerts have a worker of their own

# Also without the prefix, as some clients have it.
ALERT_ROUTES: tuple[Route, ...] = (
    ("GET", "/alerts", alerts.index),
    ("POST", "/alerts", selftune.create_shared),
    ("POST", "/alerts/test", trials.test_unsaved),
    ("POST", "/alerts/backtest", backtests.backtest_unsaved),
    ("GET", "/alerts/{id}", alerts.get),
    ("PUT", "/alerts/{id}", alerts.put),
    ("PATCH", "/alerts/{id}", alerts.patch),
    ("DELETE", "/alerts/{id}", alerts.delete),
    ("POST", "/alerts/{id}/test", trials.test),
    ("POST", "/alerts/{id}/test-channels", trials.test_channels),
    ("POST", "/alerts/{id}/backtest", backtests.backtest),
    ("POST", "/alerts/{id}/toggle", alerts.toggle),
    ("POST", "/alerts/{id}/mute", overlays.mute),
    ("POST", "/alerts/{id}/unmute", overlays.unmute),
    ("POST", "/alerts/{id}/ack", overlays.ack),
    ("POST", "/alerts/{id}/unack", overlays.unack),
    ("GET", "/alerts/{id}/history", records.history),
    ("GET", "/alerts/{id}/notifications", records.notifications),
    ("GET", "/alerts/{id}/evaluations", records.evaluations),
    ("GET", "/alerts/{id}/instances", records.instances),
    ("GET", "/alerts/{id}/chart.png", charts.chart),
)
ROUTES: tuple[Route, ...] = (
    ("POST", "/query", query.run),
    ("GET", "/query", query.run),
    ("POST", "/query/stream", stream.stream),
    ("GET", "/query/stream", stream.stream),
    ("POST", "/query/explain", query.explain),
    ("GET", "/query/explain", query.explain),
    ("POST", "/ingest", ingest.ingest),
    ("GET", "/fields", fields.index),
    ("GET", "/fields/{name}/values", fields.values),
    ("GET", "/sources", sources.index),
    ("GET", "/histogram", histogram.histogram),
    ("GET", "/tail", tail.tail),
    ("GET", "/silences", silences.index),
    ("POST", "/silences", silences.create),
    ("GET", "/silences/{id}", silences.get),
    ("DELETE", "/silences/{id}", silences.delete),
    ("GET", "/keys", credentials.index),
    ("POST", "/keys", credentials.create),
    ("DELETE", "/keys/{id}", credentials.delete),
    ("POST", "/templates/render", rendering.render),
    ("GET", "/audit", audit.index),
    ("GET", "/channels", notifications.channels),
    ("GET", "/notifications", notifications.index),
    ("GET", "/notifications/{id}", notifications.get),
    ("POST", "/notifications/{id}/retry", notifications.retry),
    ("GET", "/history", moments.history),
    ("GET", "/config", config.show),
    ("POST", "/config/plan", config.plan),
    ("POST", "/config/reload", config.reload),
    ("GET", "/openapi.json", reference.openapi),
    ("GET", "/docs", reference.page),
)
ROOT_ROUTES: tuple[Route, ...] = (
    ("GET", "/", front.front),
    ("GET", "/health", health.health),
    ("GET", "/ready", health.ready),
    ("GET", "/metrics", metrics),
    ("GET", "/go/alert/{subject}/{ticket}", looking.look),
    ("GET", "/go/query/{subject}/{ticket}", link_asking.ask),
    ("GET", "/go/chart/{subject}/{ticket}.png", charts.linked),
    ("GET", "/go/ack/{subject}/{ticket}", doing.ask_ack),
    ("POST", "/go/ack/{subject}/{ticket}", doing.ack),
    ("GET", "/go/mute/{subject}/{ticket}", doing.ask_mute),
    ("POST", "/go/mute/{subject}/{ticket}", doing.mute),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the routes ask for."""

    alerts: Alerts
    audit: Audit
    backtests: Backtests
    charts: Charts
    clock: Clock
    configuration: Configuration
    doorkeeper: Doorkeeper | None
    events: EventStore
    keys: Keys
    metrics: Metrics
    moments: Moments
    notifications: Notifications
    parts: Mapping[str, Part]
    passes: Passes
    rehearsal: Rehearsal
    silences: Silences


def application(offered: Offered) -> web.Application:
    """The application; `serving` runs it."""
    app = web.Application(middlewares=[under_way, counted, errors, guard])
    _offer(app, offered)
    app[keys.ASKING] = Counter()
    app[keys.ENDING] = asyncio.Event()
    app[UNDER_WAY] = UnderWay()
    app[keys.CURSORS] = asyncio.Semaphore(CURSORS)
    app[REPEATS] = Repeats()
    app[stream.STREAMS] = Counter()
    app[tail.TAILS] = tail.Tails()
    app.on_shutdown.append(tail.end_tails)
    app[ACKS] = Acks()
    app[VOICES] = {**BY_ADDRESS, "/go": refusal}
    app[reference.DOCUMENT] = lambda: contract()  # noqa: PLW0108 - a cached function has a type of its own
    for method, path, endpoint in every_route():
        _add(app, method, path, endpoint)
    return app


@functools.cache
def contract() -> Document:
    """What the interface promises: an OpenAPI document, made when it is first asked for."""
    return document(every_route(), FAMILIES, RULES)


def _offer(app: web.Application, offered: Offered) -> None:
    app[keys.ALERTS] = offered.alerts
    app[keys.AUDIT] = offered.audit
    app[keys.BACKTESTS] = offered.backtests
    app[keys.CHARTS] = offered.charts
    app[keys.CLOCK] = offered.clock
    app[keys.CONFIGURATION] = offered.configuration
    app[keys.DOORKEEPER] = offered.doorkeeper
    app[keys.EVENTS] = offered.events
    app[keys.KEYS] = offered.keys
    app[keys.MOMENTS] = offered.moments
    app[keys.NOTIFICATIONS] = offered.notifications
    app[keys.PARTS] = offered.parts
    app[keys.PASSES] = offered.passes
    app[keys.REHEARSAL] = offered.rehearsal
    app[keys.SILENCES] = offered.silences
    app[METRICS] = offered.metrics


def every_route() -> Iterator[Route]:
    """Method, whole path and endpoint of everything there is, in the order in which they are tried."""
    for method, path, endpoint in ALERT_ROUTES + ROUTES:
        yield method, PREFIX + path, endpoint
    for method, path, endpoint in ALERT_ROUTES + ROOT_ROUTES + INGEST_ROUTES + DIALECT_ROUTES:
        # An index may be called `alerts`, and `/alerts/_bulk` is Elasticsearch's then.
        yield method, path.replace("/alerts/{id}", r"/alerts/{id:[^_/][^/]*}"), endpoint


def _add(app: web.Application, method: str, path: str, endpoint: Endpoint) -> None:
    if method == "GET":
        app.router.add_get(path, endpoint, allow_head=True)
    else:
        app.router.add_route(method, path, endpoint)
