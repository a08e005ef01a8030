"""`/keys`: who has a key, new ones (their text is told once), and revoking them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from lynxalert.access import Key, Role
from lynxalert.api.access import actor_of
from lynxalert.api.body import read_object
from lynxalert.api.errors import invalid, not_found
from lynxalert.api.keys import CLOCK, KEYS
from lynxalert.api.making import id_of, made_already
from lynxalert.api.ports import MadeAlreadyError
from lynxalert.api.reply import success
from lynxalert.config.definition import Instant
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Duration, Section, read

Pattern = Annotated[str, Field(min_length=1, max_length=200)]
Patterns = Annotated[tuple[Pattern, ...], Field(strict=False, max_length=100)]


class Wish(Section):
    """A new key. *indexes*, *sources*: patterns of where one that only sends events may send them (anywhere)."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\S$")]
    role: Literal["ingest", "viewer", "member", "admin"]
    expires_at: Instant | None = None
    duration: Duration | None = None
    indexes: Patterns = ()
    sources: Patterns = ()


async def index(request: web.Request) -> web.Response:
    """`GET /keys`: all of them, earliest first, without their texts."""
    now = request.app[CLOCK].now()
    found = [{**shown(each), "expired": each.has_expired(now)} for each in request.app[KEYS].all()]
    return success({"keys": found})


async def create(request: web.Request) -> web.Response:
    """`POST /keys`: 201 with the key; its text under `key`, this once."""
    wish, mistakes = read(Wish, await read_object(request))
    if wish is None:
        raise invalid(mistakes)
    now = request.app[CLOCK].now()
    if wish.expires_at is not None and wish.duration is not None:
        raise invalid([Mistake(("duration",), "cannot stand beside expires_at: keep one of them")])
    if wish.expires_at is not None and wish.expires_at <= now:
        raise invalid([Mistake(("expires_at",), "must be in the future")])
    for name in ("indexes", "sources"):
        if getattr(wish, name) and Role(wish.role) is not Role.INGEST:
            text = "bounds where events are sent: only for keys with the role ingest"
            raise invalid([Mistake((name,), text)])
    try:
        key, text = await request.app[KEYS].create(
            wish.name,
            Role(wish.role),
            expires_at=now + wish.duration if wish.duration is not None else wish.expires_at,
            indexes=wish.indexes,
            sources=wish.sources,
            by=actor_of(request),
            key_id=id_of(request, "key", 12),
        )
    except MadeAlreadyError as error:
        raise made_already(str(error)) from None
    return success({**shown(key), "key": text}, status=201, headers={"Cache-Control": "no-store"})


async def delete(request: web.Request) -> web.Response:
    """`DELETE /keys/{id}`: 204; whoever shows it is refused from now on."""
    if not await request.app[KEYS].revoke(request.match_info["id"], by=actor_of(request)):
        raise not_found("Key")
    return web.Response(status=204)


def shown(key: Key) -> dict[str, Any]:
    """The key object."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "indexes": key.indexes,
        "sources": key.sources,
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
