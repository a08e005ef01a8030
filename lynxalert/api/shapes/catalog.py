"""What there is: fields, their values, sources, and how many events when."""

from __future__ import annotations

import datetime as dt
from typing import Any, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.records import Stretch


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
