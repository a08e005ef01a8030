"""What there is: rows of queries, stages, fields, sources, buckets; and what became of a payload."""

from __future__ import annotations

from typing import Any

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
