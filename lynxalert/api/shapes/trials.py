"""What an alert would do: dry runs, test messages, backtests."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.records import Stretch


class Probed(TypedDict):
    """A channel that was reached for, how far, and what that proves."""

    type: str
    name: str
    status: Literal["reachable", "unreachable", "unknown"]
    level: str
    note: str | None


class Rendered(TypedDict):
    """What a channel would be sent: a text, or the fields of a payload."""

    type: str
    name: str
    title: str
    text: Any


class Written(TypedDict):
    """A request that would be made, without its headers; secrets in it are hidden."""

    method: str
    url: str
    body: Any


class Remark(TypedDict):
    """What is wrong with a template: where (`message_template:2:11`), and what."""

    path: str | None
    message: str


class Previewed(TypedDict):
    """What a channel would be told. `payload` is its `body_template` rendered; `requests` null: it speaks no HTTP."""

    type: str
    name: str
    markup: str
    title: str
    text: str
    payload: str | None
    requests: list[Written] | None
    warnings: list[Remark]


class Previews(TypedDict):
    """Messages that nobody was sent. `sample`: the row is made up, because none was given and none was found."""

    kind: str
    row: dict[str, Any] | None
    sample: bool
    messages: list[Previewed]


class Overlay(TypedDict):
    """A reason to stay quiet all the same, and until when."""

    reason: str
    until: dt.datetime | None
    note: NotRequired[str | None]
    key: NotRequired[dict[str, Any]]
    channel: NotRequired[str]


class DryRun(TypedDict):
    """What an evaluation would find, do and say. `result` is the row to look at, even where none meets the condition."""

    would_trigger: bool
    result: dict[str, Any] | None
    rows: list[dict[str, Any]]
    channels_that_would_fire: list[Probed]
    message: str
    window: Stretch
    evidence: list[str]
    messages: list[Rendered]
    overlays: list[Overlay]


class TestOutcome(TypedDict):
    """What came of a test message: `latency_ms` of one that was accepted, `error` of any other."""

    type: str
    name: str
    status: Literal["ok", "error"]
    latency_ms: NotRequired[float]
    error: NotRequired[str]


class TestOutcomes(TypedDict):
    """Test messages, in the order of the channels."""

    results: list[TestOutcome]
