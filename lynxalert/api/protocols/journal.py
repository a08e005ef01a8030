"""systemd-journal-upload: `/upload`, one request that may never end. Entries are stored as they arrive.

A busy store is waited for: nothing more is read meanwhile, and the uploader's socket fills up. What was stored stays so
when the connection breaks; the uploader then sends again from its last saved place.
"""

from __future__ import annotations

import datetime as dt

from aiohttp import web

from lynxalert.api.access import authorise, check_scope
from lynxalert.api.keys import CLOCK
from lynxalert.api.receive import keep, payload, receive
from lynxalert.api.refusal import Refused, Why, of_decoding, speaking
from lynxalert.ingest import Decoded, IngestError
from lynxalert.ingest.protocols.journal import Journal

NAME = "journal"


async def refuse(_request: web.Request, refused: Refused) -> web.Response:
    """The refusal as a line of text, which the uploader logs."""
    return web.Response(status=refused.status, text=f"{refused}\n", headers=refused.retry_header)


@speaking(refuse)
async def upload(request: web.Request) -> web.Response:
    """`POST /upload`: 202 at the end of the body. A compressed one is read whole."""
    if request.headers.get("Content-Encoding", "identity") == "identity":
        authorise(request, NAME)
        try:
            await _stream(request, Journal())
        except IngestError as error:
            raise of_decoding(error) from None
        except (ConnectionError, web.RequestPayloadError):
            raise Refused(Why.MALFORMED, "the journal ends inside a field") from None
    else:
        await receive(request, NAME)
    return web.Response(status=202, text="OK.\n")


async def _stream(request: web.Request, journal: Journal) -> None:
    origin = journal.origin(payload(request, b""))
    reader = journal.reader()
    async for portion in request.content.iter_any():
        await _keep(request, journal.events(reader.feed(portion), origin))
    await _keep(request, journal.events(reader.finish(), origin))
    left_out = journal.left_out(reader, origin)
    if left_out:
        await _keep(request, Decoded((), left_out))


async def _keep(request: web.Request, found: Decoded) -> None:
    """Store *found*, as soon as there is room."""
    check_scope(request, found.events)
    while found.events or found.rejects:
        try:
            await keep(request, NAME, found)
        except Refused as refused:
            if refused.why is not Why.BUSY:
                raise
            await request.app[CLOCK].sleep(dt.timedelta(seconds=refused.retry_after or 1))
        else:
            return
