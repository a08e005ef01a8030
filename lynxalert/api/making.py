"""`Idempotency-Key` → the id of what a request makes: the same key makes the same object, once, restarts included.

The object itself is the memory: a request that comes again finds what it made. Nothing has to be kept beside it, and
nothing can be lost between the two.
"""

from __future__ import annotations

import hashlib
import secrets

from aiohttp import web

from lynxalert.api.access import actor_of
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.repeats import HEADER, LONGEST
from lynxalert.config.mistakes import Mistake


def id_of(request: web.Request, kind: str, digits: int) -> str:
    """So many hexadecimal digits: at random, or by whoever asks, the *kind* of what is made, and the key.

    Raises:
        ApiError: 422, the key is longer than any should be.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return secrets.token_hex(digits // 2)
    if len(key) > LONGEST:
        raise invalid([Mistake((HEADER,), f"must have at most {LONGEST} characters")])
    actor = actor_of(request)
    known = "\0".join((actor.key_id or actor.name, kind, key))
    return hashlib.sha256(known.encode(errors="surrogateescape")).hexdigest()[:digits]


def alert_id(request: web.Request) -> str:
    """The id of the alert that *request* makes.

    Raises:
        ApiError: as of `id_of`.
    """
    return "alt_" + id_of(request, "alert", 16)


def made_already(what: str) -> ApiError:
    """409 for a key that stands for something else; *what* says for which."""
    return ApiError(409, "ALREADY_EXISTS", f"this {HEADER} was used before: {what}")
