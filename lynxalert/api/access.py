"""A request → may it send events here, in this role, to there? Whoever words the refusal calls these."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from lynxalert.access import Actor, Role
from lynxalert.api.errors import ApiError, forbidden
from lynxalert.api.keys import CONFIGURATION, DOORKEEPER
from lynxalert.api.refusal import Refused, Why
from lynxalert.events import Event, destinations

ANY = "any"  # keys that open every protocol
BEARER = 'Bearer realm="LynxAlert"'
HEADERS = ("DD-API-KEY", "X-API-Key")
_CODES = {Why.UNAUTHENTICATED: "AUTH_REQUIRED", Why.BUSY: "TOO_MANY_REQUESTS"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an *actor*, or the *refusal* that says why nobody is known."""

    actor: Actor | None
    refusal: Refused | None = None


CALLER = web.RequestKey("caller", Caller)


def actor_of(request: web.Request) -> Actor:
    """Who asks.

    Raises:
        ApiError: 401, 429: nobody that is known.
    """
    caller = request[CALLER]
    if caller.actor is not None:
        return caller.actor
    refused = caller.refusal
    assert refused is not None
    headers = {"WWW-Authenticate": BEARER} if refused.status == 401 else refused.retry_header
    code = _CODES.get(refused.why, "INVALID_TOKEN")
    hint = "send a key: Authorization: Bearer lx_…" if refused.why is Why.UNAUTHENTICATED else None
    raise ApiError(refused.status, code, str(refused), headers=headers, suggestion=hint)


def demand(request: web.Request, needed: Role) -> None:
    """Return if whoever asks has the role *needed*, or one above.

    Raises:
        ApiError: 401, 403, 429.
    """
    if not actor_of(request).role.covers(needed):
        raise forbidden(needed)


def authorise(request: web.Request, protocol: str) -> None:
    """Return if *request* may send events as *protocol*: by a key of `[ingest.keys]`, or by one of the daemon's.

    Raises:
        Refused: no key was shown, or another one.
    """
    if request.app[DOORKEEPER] is not None and request[CALLER].actor is not None:
        return
    keys = request.app[CONFIGURATION].settings.ingest.keys
    accepted = [*keys.get(protocol, ()), *keys.get(ANY, ())]
    if not accepted and request.app[DOORKEEPER] is None:
        return
    shown = credentials(request)
    if not shown:
        raise Refused(Why.UNAUTHENTICATED, "a key is required")
    if not one_of(shown, accepted):
        raise request[CALLER].refusal or Refused(Why.INVALID_TOKEN, "this key is not accepted")


def check_scope(request: web.Request, events: Sequence[Event]) -> None:
    """Return if whoever asks may send all of *events* to where they go.

    Raises:
        Refused: one of them may not; then none is kept.
    """
    actor = request[CALLER].actor
    if actor is None or not (actor.indexes or actor.sources):
        return
    for index, source in destinations(events):
        if not actor.may_send(index, source):
            raise Refused(Why.FORBIDDEN, f"this key may not send {source[:100]!r} to index {index[:100]!r}")


def one_of(shown: Sequence[str], accepted: Sequence[str]) -> bool:
    """Whether something shown is accepted. Every pair is compared, so that the time says nothing."""
    matches = [hmac.compare_digest(one.encode(), key.encode()) for one in shown for key in accepted]
    return any(matches)


def credentials(request: web.Request) -> list[str]:
    """What *request* may mean as its key: the word after any scheme, the password of Basic, the key of an ApiKey pair."""
    scheme, _, word = request.headers.get("Authorization", "").strip().partition(" ")
    found = [word.strip()]
    if scheme.lower() in {"basic", "apikey"}:
        user, _, password = _plain(word.strip()).partition(":")
        found += [password or user, f"{user}:{password}"]
    found += [request.headers.get(name, "").strip() for name in HEADERS]
    found += [request.query.get("dd-api-key", ""), request.match_info.get("key", "")]
    return [each for each in found if each]


def _plain(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
