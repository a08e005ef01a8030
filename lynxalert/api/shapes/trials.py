"""What an alert would do: dry runs, test messages, backtests."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.records import Place, Stretch


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


class ShownEpisode(TypedDict):
    """One stay that was told; `ended` null: it still lasted."""

    key: dict[str, Any]
    started: dt.datetime
    ended: dt.datetime | None
    value: float | None


class Counts(TypedDict):
    """Slots judged and failed, episodes, messages by channel and kind, what was not sent and why."""

    slots: int
    errors: int
    last_error: str | None
    episodes: int
    messages: int
    by_channel: dict[str, dict[str, int]]
    suppressed: dict[str, int]


class AtThreshold(Counts):
    """The counts at another threshold."""

    threshold: float


class FirstMessage(TypedDict):
    """The first message as it would have been sent."""

    channel: Place
    at: dt.datetime | None
    title: str
    text: str


class Point(TypedDict):
    """The highest value of a stretch, and whether anything fired then."""

    at: dt.datetime
    value: float
    firing: bool


# A field of the backtest is called `list`.
Episodes = list[ShownEpisode]
Curve = list[Point]
Sweep = list[AtThreshold]

# `from` is a word of Python's, which the form with a dictionary does not mind.
Since = TypedDict("Since", {"from": dt.datetime})


class ShownBacktest(Counts, Since):
    """What an alert would have told between `from` and `to`; with `against`, what the other version gains and loses."""

    to: dt.datetime
    list: Episodes
    first: FirstMessage | None
    curve: Curve
    against: NotRequired[Counts]
    gained: NotRequired[Episodes]
    lost: NotRequired[Episodes]
    sweep: NotRequired[Sweep]
