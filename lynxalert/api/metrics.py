"""What the daemon counts → the text Prometheus reads. Its own registry: two daemons in one process do not mix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from lynxalert.api.errors import Endpoint
from lynxalert.clock import monotonic

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series per counter that nobody reads

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Everything that is counted, by the words used elsewhere. One label value per route, never per URL.

    *looks* are done before it is told: they bring up to date what is not counted as it happens.
    """

    def __init__(self) -> None:
        self.looks: list[Callable[[], Awaitable[None]]] = []
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "lynxalert_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self.request_seconds = Histogram(
            "lynxalert_http_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.accepted = Counter(
            "lynxalert_ingest_accepted", "Events stored.", ("protocol",), registry=registry
        )
        self.rejected = Counter(
            "lynxalert_ingest_rejected", "Lines that are no events.", ("protocol",), registry=registry
        )
        self.refused = Counter(
            "lynxalert_ingest_backpressure", "Requests refused because the store is busy.", registry=registry
        )

    async def text(self) -> bytes:
        """The exposition in its plain form, as of now."""
        for look in self.looks:
            await look()
        return generate_latest(self.registry)


METRICS = web.AppKey("metrics", Metrics)


@web.middleware
async def counted(request: web.Request, handler: Endpoint) -> web.StreamResponse:
    """Count the request by its route; the outermost middleware, so that errors are counted too."""
    started = monotonic()
    status = 500
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "none"
        metrics = request.app[METRICS]
        metrics.requests.labels(request.method, route, str(status)).inc()
        metrics.request_seconds.labels(route).observe(monotonic() - started)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`."""
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
    return web.Response(body=await request.app[METRICS].text(), headers=headers)
