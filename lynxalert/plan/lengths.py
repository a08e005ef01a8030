"""Option text → a length of time that does not depend on the calendar."""

from __future__ import annotations

import datetime as dt

from lynxalert.plan.command import BadOption
from lynxalert.plan.timespec import SECONDS, BadTime, parse_span


def length(text: str) -> dt.timedelta | None:
    """`30s`, `5m`, `1h`, `1d`; a bare number counts seconds, a negative one means no limit.

    Raises:
        BadOption: anything else; months and longer differ in length.
    """
    if text.startswith("-") and text[1:].isdigit():
        return None
    if text == "0":
        return dt.timedelta()
    try:
        span = parse_span(text)
    except BadTime:
        raise BadOption("a length of time such as 30s, 5m, 1h, 1d") from None
    if span.unit == "us":
        return dt.timedelta(microseconds=span.count)
    if span.unit not in SECONDS:
        raise BadOption("a fixed length of time such as 30s, 5m, 1h, 1d")
    return dt.timedelta(seconds=span.count * SECONDS[span.unit])
