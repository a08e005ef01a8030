"""An episode → the curve behind it: the alert's query over the slots before, asked beside the evaluator and briefly.

Newest first, until the time is over: what is there by then is drawn. One chart at a time; nobody waits long for one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

import structlog

from lynxalert.alerts import Alert
from lynxalert.alerts.keys import key_of, labels_of
from lynxalert.alerts.measure import measure
from lynxalert.alerts.schedule import as_of, slots_before, window
from lynxalert.clock import monotonic
from lynxalert.engine import Engine, QueryFailed, QueryTimeOut
from lynxalert.engine.compiler import key_fields
from lynxalert.lang import QueryError
from lynxalert.notify.chart import Curve, Pictured, Point, draw
from lynxalert.plan import Result

SLOTS = 30
PATIENCE = 2.0  # seconds for a chart, those for its turn included
ASKING = 1.0  # seconds of them for its values
MOST_ROWS = 10_000  # of one slot, among which the instance is looked for
WIDEST = dt.timedelta(days=30)  # how far back a chart goes
log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.charts")


class Charts:
    """Draws, one at a time, in a thread of its own. As the evaluator's, *engine* has its macros replaced in place."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")

    def close(self) -> None:
        """Start no more, and wait for what is drawn."""
        self._thread.shutdown(cancel_futures=True)

    async def draw(self, pictured: Pictured) -> bytes | None:
        """The PNG; None where there is nothing to see, or it cannot be had soon. Never raises for want of a chart."""
        work = partial(self._drawn, pictured, monotonic() + PATIENCE)
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except TimeoutError:
            log.warning("chart_left_out", alert=pictured.alert.id, reason="it took too long")
        except (QueryError, QueryFailed) as error:
            log.warning("chart_left_out", alert=pictured.alert.id, reason=str(error))
        except Exception:
            log.exception("chart_failed", alert=pictured.alert.id)  # a mistake of ours costs no message
        return None

    def _drawn(self, pictured: Pictured, until: float) -> bytes | None:
        if monotonic() > until - ASKING / 2:  # whoever asked has gone, or will have
            return None
        found = curve(self._engine, pictured, monotonic() + ASKING)
        return draw(found) if found is not None and found.says_something else None


def curve(engine: Engine, pictured: Pictured, until: float) -> Curve | None:
    """The values of the slots up to T, as many as can be had before *until*; None: nothing can be drawn of it.

    Raises:
        QueryError: the query does not compile.
        QueryFailed: it cannot be run.
    """
    alert = pictured.alert
    parsed = engine.compiler.parse(alert.query)
    watched = measure(alert, parsed)
    if watched is None:
        return None
    by = alert.by if alert.by is not None else key_fields(parsed)
    fields = () if alert.trigger_once else tuple(by)
    points: list[Point] = []
    name = watched.field or ""
    for at in _instants(alert, pictured.at):
        left = until - monotonic()
        if left <= 0:
            break
        try:
            result = engine.query(
                watched.query,
                now=at,
                window=window(alert, at),
                timezone=alert.timezone,
                limit=MOST_ROWS,
                deadline=dt.timedelta(seconds=left),
            )
        except QueryTimeOut:
            break
        name = name or _first_number(result, fields)
        points.append(Point(at, _value(result, fields, pictured.key, name)))
    return Curve(
        points=tuple(reversed(points)),
        name=f"{name} — {alert.name}" if name else alert.name,
        limits=watched.limits,
        fired=(pictured.fired, pictured.at) if pictured.fired is not None else None,
        timezone=alert.timezone,
    )


def _instants(alert: Alert, at: dt.datetime) -> Iterator[dt.datetime]:
    """T of the slots to show, newest first: so many that windows overlap little, and no further back than is sensible."""
    slots = slots_before(alert.schedule, alert.id, at + alert.delay)
    second = next(slots, None)
    yield at
    if second is None:
        return
    between = max(at + alert.delay - second, dt.timedelta(seconds=1))
    stride = max(1, math.ceil(alert.window / between / 2))
    oldest = at - WIDEST
    listed = islice((as_of(alert, slot) for slot in _again(second, slots)), stride - 1, None, stride)
    for moment in islice(listed, SLOTS - 1):
        if moment < oldest:
            return
        yield moment


def _again(first: dt.datetime, rest: Iterator[dt.datetime]) -> Iterator[dt.datetime]:
    yield first
    yield from rest


def _value(result: Result, fields: tuple[str, ...], key: str, name: str) -> float | None:
    """The number in *name* of the row with *key*; where that has several, of its first."""
    for row in result.rows:
        if not fields or key_of(labels_of(row, fields)) == key:
            value = row.get(name)
            return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return None


def _first_number(result: Result, fields: tuple[str, ...]) -> str:
    for name, value in next(iter(result.rows), {}).items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and name not in fields and not name.startswith("_"):
            return name
    return ""
