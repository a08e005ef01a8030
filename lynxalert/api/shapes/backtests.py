"""What an alert would have told."""

from __future__ import annotations

import datetime as dt
from typing import Any, NotRequired

from typing_extensions import TypedDict

from lynxalert.api.shapes.records import Place


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


class LeftOutEpisodes(TypedDict):
    """How many more episodes there are than are listed."""

    list: int
    gained: NotRequired[int]
    lost: NotRequired[int]


# `from` is a word of Python's, which the form with a dictionary does not mind.
Since = TypedDict("Since", {"from": dt.datetime})


class ShownBacktest(Counts, Since):
    """What an alert would have told between `from` and `to`; with `against`, what the other version gains and loses."""

    to: dt.datetime
    list: Episodes
    truncated: LeftOutEpisodes
    first: FirstMessage | None
    curve: Curve
    against: NotRequired[Counts]
    gained: NotRequired[Episodes]
    lost: NotRequired[Episodes]
    sweep: NotRequired[Sweep]
