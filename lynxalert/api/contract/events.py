"""What is said of events: sending them, asking them, what there is."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import fields, histogram, ingest, query, sources, stream, tail
from lynxalert.api.contract.operation import JSON, TEXT, Data, Operation, Reply, gives
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.catalog import (
    AboutFieldsPage,
    AboutSourcesPage,
    FieldValues,
    ShownFields,
    ShownHistogram,
    ShownSources,
)
from lynxalert.api.shapes.events import AboutRows, Explained, Rows, Taken

ASKING = (422, 429, 500, 503, 504)  # what may go wrong with a query
PAYLOAD = {"description": "A JSON array, JSON objects one after the other, JSON lines, or lines of text."}

EVENTS: Mapping[Endpoint, Operation] = {
    query.run: Operation(
        name="query",
        says="Rows of a query over a range of time",
        more="With `queries.write`, a POST may write lookups and events.",
        takes=query.Question,
        refuses=(*ASKING, 409, 507),
        replies=gives(Rows, AboutRows, says="Columns in order, rows as objects."),
    ),
    stream.stream: Operation(
        name="stream_query",
        says="Every row of a query as a line of JSON, as they are found",
        more='The last line is `{"__meta": …}`, or `{"__error": …}` of one that failed behind the first row.',
        takes=query.Question,
        refuses=ASKING,
        replies={200: Reply("The rows.", {}, ("application/x-ndjson",))},
    ),
    query.explain: Operation(
        name="explain",
        says="Every stage that a query goes through, and with `rows` how many rows each leaves",
        takes=query.Question,
        refuses=ASKING,
        replies=gives(Explained),
    ),
    ingest.ingest: Operation(
        name="ingest",
        says="Send events",
        more="Answered once they survive a crash. A line that is no event never fails the others.",
        takes=PAYLOAD,
        media=(JSON, "application/x-ndjson", TEXT),
        headers=("X-Source", "X-Source-Type", "X-Index", "X-Host", "Content-Encoding", "Idempotency-Key"),
        refuses=(401, 403, 429, 503, 507),
        replies={200: Reply("What became of them.", Data(Taken))},
    ),
    fields.index: Operation(
        name="list_fields",
        says="Which fields the events have, of which types, how often, with which values",
        takes=fields.AboutFields,
        refuses=ASKING,
        replies=gives(ShownFields, AboutFieldsPage),
    ),
    fields.values: Operation(
        name="list_values",
        says="The commonest values of a field",
        takes=fields.AboutValues,
        refuses=ASKING,
        replies=gives(FieldValues),
    ),
    sources.index: Operation(
        name="list_sources",
        says="Who sends events",
        takes=sources.AboutSources,
        refuses=ASKING,
        replies=gives(ShownSources, AboutSourcesPage),
    ),
    histogram.histogram: Operation(
        name="histogram",
        says="How many events when, perhaps by the values of a field",
        takes=histogram.AboutTime,
        refuses=ASKING,
        replies=gives(ShownHistogram),
    ),
    tail.tail: Operation(
        name="tail",
        says="Events as they become queryable, as server-sent events",
        more="`data:` is an event; `event: dropped` says how many were left out, `event: error` that a look failed.",
        takes=tail.AboutTail,
        headers=("Last-Event-ID",),
        refuses=(429,),
        replies={200: Reply("The stream; it has no end of its own.", {}, ("text/event-stream",))},
    ),
}
