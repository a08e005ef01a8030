"""Elasticsearch's way in: `_bulk`, `_doc`, `_create`. What its clients ask beside that is `elastic_handshake`'s.

Clients differ most when a server is busy: rsyslog loses a batch that is refused whole, Fluent Bit takes one stored
item for all of them, and rsyslog comes back at once. So a busy store answers 200 with 429 for *every* item, a moment
late. Hardly any of them retries well what is answered with 400: only a body without a single action gets one.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from lynxalert.api.keys import CLOCK
from lynxalert.api.protocols.elastic_reply import error_type, refuse, reply
from lynxalert.api.receive import decode, keep
from lynxalert.api.refusal import Refused, speaking
from lynxalert.clock import monotonic
from lynxalert.ingest.protocols.elasticsearch import Bulk, Item, Problem

NAME = "elasticsearch"
HELD = dt.timedelta(milliseconds=500)  # before all items are sent back, for clients that retry without delay
SHARDS = {"total": 1, "successful": 1, "failed": 0}


@speaking(refuse)
async def bulk(request: web.Request) -> web.Response:
    """`PUT, POST /_bulk`: 200 with what became of each action."""
    started = monotonic()
    found = await decode(request, NAME)
    assert isinstance(found, Bulk)
    try:
        await keep(request, NAME, found)
    except Refused as refused:
        await request.app[CLOCK].sleep(HELD)
        problem = Problem(error_type(refused), str(refused))
        items = [_item(item, problem, 429) for item in found.items]
    else:
        items = _items(found.items)
    took = int((monotonic() - started) * 1000)
    # `errors` stands right before `items`: Fluent Bit and Vector look for the text.
    errors = any("error" in each for item in items for each in item.values())
    return reply(request, {"took": took, "errors": errors, "items": items})


@speaking(refuse)
async def document(request: web.Request) -> web.Response:
    """`POST /{index}/_doc` and its kin: 201 with the document's id, or why it is none."""
    found = await decode(request, NAME)
    assert isinstance(found, Bulk)
    await keep(request, NAME, found)
    (item,) = found.items
    if item.problem is None:
        ((_, answer),) = _items([item])[0].items()
        del answer["status"]
        return reply(request, answer, status=201)
    cause = {"type": item.problem.type, "reason": item.problem.reason}
    return reply(request, {"error": {"root_cause": [cause], **cause}, "status": 400}, status=400)


def _items(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The reply's items. Ids that no client gave are made up: nobody can ask for a document by one."""
    prefix = secrets.token_urlsafe(9)
    return [
        _item(item, item.problem, 400)
        if item.problem
        else _stored(item, item.id or f"{prefix}{number:08x}", number)
        for number, item in enumerate(items)
    ]


def _stored(item: Item, identifier: str, number: int) -> dict[str, Any]:
    return {
        item.operation: {
            "_index": item.index,
            "_id": identifier,
            "_version": 1,
            "result": "created",
            "_shards": SHARDS,
            "_seq_no": number,
            "_primary_term": 1,
            "status": 201,
        }
    }


def _item(item: Item, problem: Problem, status: int) -> dict[str, Any]:
    error = {"type": problem.type, "reason": problem.reason}
    return {item.operation: {"_index": item.index, "_id": item.id, "status": status, "error": error}}
