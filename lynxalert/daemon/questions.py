"""Where an alert stands → what its evaluation is going to ask. Only a forecast: what it misses is asked all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from lynxalert.alerts import Alert, NoData
from lynxalert.alerts.catchup import due
from lynxalert.alerts.conditions import Condition, Memory, build
from lynxalert.alerts.schedule import as_of, window
from lynxalert.daemon.runner import Question
from lynxalert.daemon.slots import Position, cursor_slot


def questions(position: Position, now: dt.datetime, again: Iterable[dt.datetime]) -> Iterator[Question]:
    """Those of every slot that is due at *now*, and of the past slots whose T are *again*."""
    alert, condition = position.alert, build(position.alert.when)
    for at in again:
        yield from about(alert, condition, at, position.cursor.memory)
    for slot in due(alert, cursor_slot(position, now), now).slots:
        yield from about(alert, condition, as_of(alert, slot), position.cursor.memory)


def about(alert: Alert, condition: Condition, at: dt.datetime, memory: Memory | None) -> Iterator[Question]:
    """Those of the slot whose T is *at*."""
    looked_at = window(alert, at)
    yield Question(alert, looked_at, at)
    second = condition.second_window(looked_at, memory)
    if second is not None:
        yield Question(alert, second, at)
    if alert.policy.no_data is not NoData.OK:
        yield Question(alert, looked_at, at, of_presence=True)
