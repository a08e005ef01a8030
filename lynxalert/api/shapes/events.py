"""What there is: rows of queries, stages, fields, sources, buckets; and what became of a payload."""

from __future__ import annotations

import datetime as dt
from typing import Any, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.records import Stretch


class ShownColumn(TypedDict):
    """A column and the type of its values; `any` where they differ."""

    name: str
    type: str


class Rows(TypedDict):
    """Rows as objects, by column; `truncated`: there are more than `limit`."""

    columns: list[ShownColumn]
    rows: list[dict[str, Any]]
    truncated: bool
    window: Stretch


class QueryWarning(TypedDict):
    """Something odd about a query that runs all the same."""

    code: str
    message: str
    help: str | None


class AboutRows(TypedDict):
    """How long it took, how many rows there are, what is odd."""

    took_ms: float
    row_count: int
    warnings: list[QueryWarning]


class ShownStep(TypedDict):
    """A stage and the rows it leaves; null: not known."""

    stage: str
    rows: int | None


class ShownFunnel(TypedDict):
    """The rows after every stage; the first stage without any, and why."""

    steps: list[ShownStep]
    window: Stretch
    empty: int | None
    reasons: list[str]
    stopped: str | None


class Explained(TypedDict):
    """A query at every stage it goes through; `rows` where they were asked for."""

    canonical: str
    relation: str
    sql: str | None
    parameters: dict[str, str]
    key_fields: list[str]
    warnings: list[str]
    rows: ShownFunnel | None


class RejectedLine(TypedDict):
    """A line that is no event."""

    line: int
    reason: str


class Taken(TypedDict):
    """What became of a payload; `errors` are the first reasons, `repaired` counts lines that were mended."""

    accepted: int
    rejected: int
    errors: list[RejectedLine]
    repaired: int


class CountedValue(TypedDict):
    """A value and how often it is there."""

    value: Any
    count: int


class ShownField(TypedDict):
    """A field: its type, how many of the events have it and since when, its commonest values."""

    name: str
    type: str
    count: int
    share: float
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None
    values: list[CountedValue]


class ShownFields(TypedDict):
    """Fields, by name."""

    fields: list[ShownField]


class AboutFieldsPage(TypedDict):
    """Of how many events the shares are, and how the list goes on."""

    events: int
    has_more: bool
    next_cursor: str | None


class SharedValue(CountedValue):
    """A value, and its share of the events that have the field."""

    share: float


class FieldValues(TypedDict):
    """The commonest values of one field."""

    name: str
    type: str
    values: list[SharedValue]


class ShownSource(TypedDict):
    """Who sends, how much, since when, until when. `sourcetype` null: none given."""

    index: str
    source: str
    sourcetype: str | None
    events: int
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None


class ShownSources(TypedDict):
    """Sources, by index and name."""

    sources: list[ShownSource]


class AboutSourcesPage(TypedDict):
    """`truncated`: there are more than are counted; the rest where a page was asked for."""

    truncated: bool
    has_more: NotRequired[bool]
    next_cursor: NotRequired[str | None]
    total: NotRequired[int]


class Bucket(TypedDict):
    """A bucket: `count`, or with `by` the `counts` per value."""

    start: dt.datetime
    count: NotRequired[int]
    counts: NotRequired[dict[str, int | None]]


class ShownHistogram(TypedDict):
    """Every bucket of the range, zeros included."""

    span: str
    by: str | None
    window: Stretch
    buckets: list[Bucket]
