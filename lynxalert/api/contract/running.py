"""What is said of the daemon itself: channels, messages, silences, keys, configuration, health."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import audit, config, credentials, front, health, metrics, notifications, silences
from lynxalert.api.contract.asked import AboutChanges, AboutEnding, AboutNotifications, AboutSilences
from lynxalert.api.contract.elastic import COMPATIBLE, ELASTIC_ERROR
from lynxalert.api.contract.operation import JSON, SAME, TEXT, Data, Operation, Reply, gives, nothing
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.access import FreshKey, ListedKeys, ShownChanges
from lynxalert.api.shapes.paging import CountedPage, Page
from lynxalert.api.shapes.quiet import ShownSilence, ShownSilences
from lynxalert.api.shapes.records import ShownNotifications, TriedNotification
from lynxalert.api.shapes.running import (
    Planned,
    Reloaded,
    ShownConfiguration,
    ShownHealth,
    ShownReadiness,
    StandingChannels,
)

TOLD: Mapping[Endpoint, Operation] = {
    notifications.index: Operation(
        name="list_notifications",
        says="What was owed to whom, over all alerts, newest first",
        asked=AboutNotifications,
        replies=gives(ShownNotifications, Page),
    ),
    notifications.get: Operation(
        name="get_notification", says="One of them, with every attempt", replies=gives(TriedNotification)
    ),
    notifications.retry: Operation(
        name="retry_notification",
        says="Owe a failed one again, at once",
        refuses=(409,),
        replies=gives(TriedNotification, status=202),
    ),
    notifications.channels: Operation(
        name="list_channels", says="Every channel with how it is", replies=gives(StandingChannels)
    ),
}
SILENCES: Mapping[Endpoint, Operation] = {
    silences.index: Operation(
        name="list_silences",
        says="All silences and mutes there were, earliest first",
        asked=AboutSilences,
        replies=gives(ShownSilences, CountedPage),
    ),
    silences.create: Operation(
        name="create_silence",
        says="Keep quiet what matchers match",
        takes=silences.Wish,
        headers=("Idempotency-Key",),
        refuses=(409,),
        replies=gives(ShownSilence, status=201, headers=("Location",)),
    ),
    silences.get: Operation(
        name="get_silence",
        says="One silence",
        headers=("If-None-Match",),
        replies={**gives(ShownSilence, headers=("ETag",)), 304: SAME},
    ),
    silences.delete: Operation(
        name="end_silence",
        says="End it now; it stays in the list",
        more="409 if it is over already.",
        asked=AboutEnding,
        headers=("If-Match",),
        refuses=(409, 412),
        replies=nothing(),
    ),
}
ACCESS: Mapping[Endpoint, Operation] = {
    credentials.index: Operation(
        name="list_keys", says="All keys, without their texts", replies=gives(ListedKeys)
    ),
    credentials.create: Operation(
        name="create_key",
        says="A new key; its text is told this once",
        takes=credentials.Wish,
        headers=("Idempotency-Key",),
        refuses=(409,),
        replies=gives(FreshKey, status=201),
    ),
    credentials.delete: Operation(name="revoke_key", says="Refuse a key from now on", replies=nothing()),
    audit.index: Operation(
        name="list_changes",
        says="Who changed what, newest first",
        asked=AboutChanges,
        replies=gives(ShownChanges, Page),
    ),
}
RUNNING: Mapping[Endpoint, Operation] = {
    config.show: Operation(
        name="get_configuration",
        says="The configuration file as written, secrets masked",
        replies=gives(ShownConfiguration),
    ),
    config.plan: Operation(
        name="plan_reload",
        says="What a reload would do; nothing is applied",
        refuses=(422,),
        replies=gives(Planned),
    ),
    config.reload: Operation(
        name="reload_configuration",
        says="Read the file again and apply all of it, or nothing",
        refuses=(422,),
        replies=gives(Reloaded),
    ),
    health.health: Operation(
        name="get_health",
        says="How each part is",
        replies={
            200: Reply("The process serves.", Data(ShownHealth)),
            503: Reply("A part is down.", Data(ShownHealth)),
        },
    ),
    health.ready: Operation(
        name="get_readiness",
        says="Whether to send traffic here",
        replies={
            200: Reply("Every part runs.", Data(ShownReadiness)),
            503: Reply("Some do not run yet, or any more.", Data(ShownReadiness)),
        },
    ),
    metrics.metrics: Operation(
        name="get_metrics",
        says="What is counted, for Prometheus",
        replies={200: Reply("The exposition.", {}, (TEXT,))},
    ),
    front.front: Operation(
        name="front",
        says="A page for people; Elasticsearch's greeting for its clients",
        replies={
            200: Reply("The page, or the greeting.", {}, ("text/html", JSON, COMPATIBLE)),
            **{status: ELASTIC_ERROR(status) for status in (401, 403, 429)},
        },
    ),
}
