"""Buckets over a range of time: what `timechart` and `bin` share. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from lynxalert.errors import LynxError
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.timespec import TimeSpan, parse_span, resolve, shift, snap

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BUCKET_CAP = 50_000
# Splunk's documented defaults: the span for ranges up to so many seconds.
DEFAULTS = ((900, "10s"), (3600, "1m"), (14_400, "5m"), (86_400, "30m"), (2_678_400, "1d"))
FINEST = ("1s", "5s", "10s", "30s", "1m", "5m", "10m", "30m", "1h", "1d", "1mon")


class TooManyBuckets(LynxError):
    """The span is too short for the range."""


def default_span(window: TimeWindow) -> TimeSpan:
    """The span when none is given, by the length of the range."""
    assert window.start is not None
    assert window.end is not None
    seconds = (window.end - window.start).total_seconds()
    return parse_span(next((span for limit, span in DEFAULTS if seconds <= limit), "1mon"))


def span_for_bins(window: TimeWindow, bins: int) -> TimeSpan:
    """The finest of the usual spans that makes at most *bins* buckets of the range."""
    assert window.start is not None
    assert window.end is not None
    seconds = (window.end - window.start).total_seconds()
    for text in FINEST:
        span = parse_span(text)
        length = (span.microseconds or {"d": 86_400, "mon": 2_592_000}[span.unit] * 1_000_000) / 1e6
        if seconds / length <= bins:
            return span
    return parse_span("1y")


def aligned(span: TimeSpan, text: str, window: TimeWindow, zone: str) -> TimeSpan:
    """*span* with a bucket that begins at *text*: `earliest`, `latest`, or a time as seen from the range's end.

    Days and longer stay at midnight.
    """
    assert window.start is not None
    assert window.end is not None
    if not text or span.microseconds is None:
        return span
    ends = {"earliest": window.start, "latest": window.end}
    instant = ends.get(text.lower()) or resolve(text, window.end, zone)
    return replace(span, offset=(instant - EPOCH) // dt.timedelta(microseconds=1) % span.microseconds)


def checked_alignment(text: str) -> str:
    """*text* if `aligned` can read it.

    Raises:
        BadTime: it cannot.
    """
    if text.lower() not in ("", "earliest", "latest"):
        resolve(text, EPOCH)
    return text


def bucket_start(instant: dt.datetime, span: TimeSpan, zone: str) -> dt.datetime:
    """The start of the bucket *instant* lies in: fixed lengths from the epoch, days and longer by the calendar."""
    if span.microseconds is not None:
        since = instant - EPOCH - dt.timedelta(microseconds=span.offset)
        return instant - since % dt.timedelta(microseconds=span.microseconds)
    local = snap(instant.astimezone(ZoneInfo(zone)), span.unit)
    if span.count > 1:
        local = _multiple(local, span)
    return local.astimezone(dt.UTC)


def _multiple(local: dt.datetime, span: TimeSpan) -> dt.datetime:
    if span.unit in ("d", "w"):
        days, origin = (span.count, 0) if span.unit == "d" else (span.count * 7, 4)
        number = (local.date() - EPOCH.date()).days + origin
        return shift(local, -(number % days), "d")
    size = span.count * {"mon": 1, "q": 3, "y": 12}[span.unit]
    return shift(local, -((local.year * 12 + local.month - 1) % size), "mon")


def bucket_end(start: dt.datetime, span: TimeSpan, zone: str) -> dt.datetime:
    """The start of the bucket after the one that begins at *start*."""
    if span.microseconds is not None:
        return start + dt.timedelta(microseconds=span.microseconds)
    return bucket_start(shift(start.astimezone(ZoneInfo(zone)), span.count, span.unit), span, zone)


def buckets(window: TimeWindow, span: TimeSpan, zone: str) -> Iterator[dt.datetime]:
    """Every bucket that the range touches, in order; an empty range touches none.

    Raises:
        TooManyBuckets: more than 50,000.
    """
    assert window.start is not None
    assert window.end is not None
    if window.start >= window.end:
        return
    current = bucket_start(window.start, span, zone)
    for count in range(BUCKET_CAP + 1):
        if current >= window.end:
            return
        if count == BUCKET_CAP:
            raise TooManyBuckets(f"a span of {span} cuts the range into more than {BUCKET_CAP:,} buckets")
        yield current
        current = bucket_end(current, span, zone)
