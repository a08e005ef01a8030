"""`/query`: a text and a time range → rows; `/query/explain`: a text → every stage it goes through."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from lynxalert.access import Role
from lynxalert.api.access import actor_of
from lynxalert.api.asking import Range, from_url, in_turn, range_of, window_of
from lynxalert.api.body import read_object
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.ingest import error_of
from lynxalert.api.keys import CLOCK, CONFIGURATION, EVENTS
from lynxalert.api.refusal import of_store
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.engine.explain import explain as explained
from lynxalert.events import StoreError
from lynxalert.events.collected import events_of
from lynxalert.lang import Code
from lynxalert.plan import Result, TimeWindow
from lynxalert.plan.knowledge import BadLookup
from lynxalert.plan.sinks import EventSink, Output

MOST_ROWS = 100_000
FLAGS = {"true": True, "1": True, "false": False, "0": False}  # as a URL says them


class Question(Range):
    """The body of a query."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    rows: bool = False  # of `/query/explain`: count them after every stage


async def run(request: web.Request) -> web.Response:
    """`POST /query`, `GET /query`: rows, their columns and the window they come from."""
    question = await question_of(request)
    window = window_of(question, request.app[CLOCK].now())
    result = await _run(request, question, window)
    await _write(request, result.outputs)
    return success(answer(result), meta=_meta(result))


async def explain(request: web.Request) -> web.Response:
    """`GET /query/explain`, `POST /query/explain`: canonical text, relation, SQL, parameters, keys, warnings.

    With `rows` the query runs over the time range and every stage is counted.
    """
    question = await question_of(request)
    engine = request.app[CONFIGURATION].engine
    found = dataclasses.asdict(explained(engine.compile(text_of(question), question.timezone)))
    found["rows"] = None
    if question.rows:
        now = request.app[CLOCK].now()
        window = window_of(question, now)
        counts = await in_turn(
            request,
            lambda stop: engine.under(stop).funnel(
                text_of(question), now=now, window=window, timezone=question.timezone
            ),
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


async def question_of(request: web.Request) -> Question:
    """What is asked, in the body or the address.

    Raises:
        ApiError: 422 with every mistake, 400 a body that is no JSON.
    """
    raw: Mapping[str, Any] = await read_object(request) if request.method == "POST" else _from_url(request)
    question = range_of(Question, raw)
    if question.text is None:
        raise invalid([Mistake(("q",), "is required", Code.MISSING_KEY)])
    return question


def _from_url(request: web.Request) -> dict[str, Any]:
    raw = from_url(request, "limit")
    if raw.get("rows", "").lower() in FLAGS:
        raw["rows"] = FLAGS[raw["rows"].lower()]
    return raw


def text_of(question: Question) -> str:
    """The query; a question without one is refused before."""
    assert question.text is not None
    return question.text


async def _write(request: web.Request, outputs: Sequence[Output]) -> None:
    """What a query that may write asks to have written: lookups on disk, events acknowledged, when this returns."""
    for output in outputs:
        if isinstance(output.sink, EventSink):
            await _collect(request, output)
            continue
        try:
            await asyncio.to_thread(request.app[CONFIGURATION].engine.write_lookup, output)
        except BadLookup as error:
            raise ApiError(409, "LOOKUP_NOT_WRITTEN", str(error)) from None


async def _collect(request: web.Request, output: Output) -> None:
    try:
        await request.app[EVENTS].accept(events_of(output))
    except StoreError as error:
        raise error_of(of_store(error)) from None


async def _run(request: web.Request, question: Question, window: TimeWindow) -> Result:
    engine, now = request.app[CONFIGURATION].engine, request.app[CLOCK].now()
    allowed = request.app[CONFIGURATION].settings.queries.write and actor_of(request).role.covers(Role.MEMBER)
    writes = allowed and request.method == "POST"
    return await in_turn(
        request,
        lambda stop: engine.under(stop).query(
            text_of(question),
            now=now,
            window=window,
            timezone=question.timezone,
            limit=question.limit,
            write=writes,
        ),
    )
