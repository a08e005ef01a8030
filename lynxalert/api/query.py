"""`/query`: a text and a time range → rows; `/query/explain`: a text → every stage it goes through."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import structlog
from aiohttp import web
from pydantic import Field

from lynxalert.api.body import read_object
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.keys import CLOCK, CONFIGURATION, CURSORS, EVENTS
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.config.settings import Zone
from lynxalert.config.shape import Section, read
from lynxalert.engine import QueryFailed, QueryTimeOut
from lynxalert.engine.explain import explain as explained
from lynxalert.events.collected import events_of
from lynxalert.lang import Code
from lynxalert.plan import Result, TimeWindow
from lynxalert.plan.knowledge import BadLookup
from lynxalert.plan.sinks import EventSink, Output
from lynxalert.plan.timespec import BadTime, resolve

DEFAULT_RANGE = "-24h"
MOST_ROWS = 100_000
T = TypeVar("T")
FLAGS = {"true": True, "1": True, "false": False, "0": False}  # as a URL says them
log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.api")


class Question(Section):
    """The body of a query; `earliest` and `latest` as Splunk writes them, or RFC 3339, or epoch seconds."""

    q: str | None = None
    query: str | None = None
    earliest: str | None = None
    latest: str | None = None
    start: str | None = Field(default=None, alias="from")  # the same as `earliest`
    end: str | None = Field(default=None, alias="to")  # the same as `latest`
    timezone: Zone = "UTC"
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    rows: bool = False  # of `/query/explain`: count them after every stage

    @property
    def text(self) -> str | None:
        """The query, whichever of its two names it goes by."""
        return self.q if self.q is not None else self.query


async def run(request: web.Request) -> web.Response:
    """`POST /query`, `GET /query`: rows, their columns and the window they come from."""
    question = await _question(request)
    window = _window(question, request.app[CLOCK].now())
    result = await _run(request, question, window)
    await _write(request, result.outputs)
    return success(answer(result), meta=_meta(result))


async def explain(request: web.Request) -> web.Response:
    """`GET /query/explain`, `POST /query/explain`: canonical text, relation, SQL, parameters, keys, warnings.

    With `rows` the query runs over the time range and every stage is counted.
    """
    question = await _question(request)
    engine = request.app[CONFIGURATION].engine
    found = dataclasses.asdict(explained(engine.compile(_text(question), question.timezone)))
    found["rows"] = None
    if question.rows:
        now = request.app[CLOCK].now()
        window = _window(question, now)
        counts = await _asked(
            request,
            lambda: engine.funnel(_text(question), now=now, window=window, timezone=question.timezone),
        )
        found |= {"rows": counts.as_json(), "warnings": counts.warnings}
    return success(found)


def answer(result: Result) -> dict[str, Any]:
    """*result* as the API shows it: columns in order, rows as objects, times RFC 3339."""
    return {
        "columns": [
            {"name": name, "type": str(kind)} for name, kind in zip(result.columns, result.types, strict=True)
        ],
        "rows": result.rows,
        "truncated": result.truncated,
        "window": {"start": result.window.start, "end": result.window.end},
    }


def _meta(result: Result) -> dict[str, Any]:
    return {
        "took_ms": round(result.elapsed.total_seconds() * 1000, 1),
        "row_count": len(result.rows),
        "warnings": [
            {"code": str(each.code), "message": each.message, "help": each.help} for each in result.warnings
        ],
    }


async def _question(request: web.Request) -> Question:
    raw: Mapping[str, Any] = await read_object(request) if request.method == "POST" else _from_url(request)
    question, mistakes = read(Question, raw)
    if question is None:
        raise invalid(mistakes)
    if question.text is None:
        raise invalid([Mistake(("q",), "is required", Code.MISSING_KEY)])
    return question


def _from_url(request: web.Request) -> dict[str, Any]:
    raw: dict[str, Any] = dict(request.query)
    if raw.get("limit", "").isdecimal():
        raw["limit"] = int(raw["limit"])
    if raw.get("rows", "").lower() in FLAGS:
        raw["rows"] = FLAGS[raw["rows"].lower()]
    return raw


def _text(question: Question) -> str:
    assert question.text is not None
    return question.text


def _window(question: Question, now: dt.datetime) -> TimeWindow:
    mistakes = []
    bounds = []
    for name, other, default in (("earliest", "start", DEFAULT_RANGE), ("latest", "end", "now")):
        text = getattr(question, name) or getattr(question, other) or default
        try:
            bounds.append(resolve(text, now, question.timezone))
        except BadTime as error:
            mistakes.append(Mistake((name,), f": {error}", Code.BAD_TIME))
    if mistakes:
        raise invalid(mistakes)
    start, end = bounds
    if start > end:
        raise invalid([Mistake(("earliest",), "must be before latest")])
    return TimeWindow(start, end)


async def _write(request: web.Request, outputs: Sequence[Output]) -> None:
    """What a query that may write asks to have written: lookups on disk, events acknowledged, when this returns."""
    for output in outputs:
        if isinstance(output.sink, EventSink):
            await request.app[EVENTS].accept(events_of(output))
            continue
        try:
            await asyncio.to_thread(request.app[CONFIGURATION].engine.write_lookup, output)
        except BadLookup as error:
            raise ApiError(409, "LOOKUP_NOT_WRITTEN", str(error)) from None


async def _run(request: web.Request, question: Question, window: TimeWindow) -> Result:
    engine, now = request.app[CONFIGURATION].engine, request.app[CLOCK].now()
    return await _asked(
        request,
        lambda: engine.query(
            _text(question),
            now=now,
            window=window,
            timezone=question.timezone,
            limit=question.limit,
            write=request.method == "POST" and request.app[CONFIGURATION].settings.queries.write,
        ),
    )


async def _asked(request: web.Request, ask: Callable[[], T]) -> T:
    """What *ask* gets from the engine, in a thread and in turn; its failures as replies."""
    async with request.app[CURSORS]:
        try:
            return await asyncio.to_thread(ask)
        except QueryTimeOut as error:
            raise ApiError(504, "TIME_OUT", str(error), suggestion="narrow the time range") from None
        except QueryFailed as error:
            if error.transient:
                raise ApiError(503, "QUERY_FAILED", str(error), headers={"Retry-After": "1"}) from None
            if error.sql is not None:
                log.exception("query_not_understood_by_the_engine", sql=error.sql)
            raise ApiError(500, "INTERNAL_ERROR", str(error)) from None
