"""What is said of what happened to alerts."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import charts, moments, records
from lynxalert.api.contract.asked import (
    AboutDeliveries,
    AboutEvaluations,
    AboutTransitions,
)
from lynxalert.api.contract.operation import Either, Operation, Reply, gives
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.moments import ShownMoment, ShownTimeline
from lynxalert.api.shapes.paging import CountedPage, Page
from lynxalert.api.shapes.records import (
    ShownDeliveries,
    ShownEvaluations,
    ShownHistory,
    ShownInstances,
)

RECORDS: Mapping[Endpoint, Operation] = {
    records.history: Operation(
        name="list_transitions",
        says="What it told, newest first",
        asked=AboutTransitions,
        replies=gives(ShownHistory, Page),
    ),
    records.notifications: Operation(
        name="list_alert_notifications",
        says="What was owed to its channels, newest first",
        asked=AboutDeliveries,
        replies=gives(ShownDeliveries, Page),
    ),
    records.evaluations: Operation(
        name="list_evaluations",
        says="Every slot judged, failed or skipped, newest first",
        asked=AboutEvaluations,
        replies=gives(ShownEvaluations, Page),
    ),
    moments.history: Operation(
        name="look_back",
        says="What was on record at an instant, paged by instance, or what happened from when to when",
        takes=moments.Asked,
        refuses=(404,),
        replies=gives(Either((ShownMoment, ShownTimeline)), Either((CountedPage, Page))),
    ),
    charts.chart: Operation(
        name="draw_chart",
        says="The value it watches over its last slots, as a picture",
        asked=charts.Chosen,
        refuses=(404,),
        replies={200: Reply("The chart.", {}, ("image/png",))},
    ),
    records.instances: Operation(
        name="list_instances", says="Where each of its instances stands", replies=gives(ShownInstances)
    ),
}
