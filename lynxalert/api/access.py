"""A request → may it send events here? The one place that asks; whoever brings more kinds of keys changes it here."""

from __future__ import annotations

import base64
import binascii
import hmac

from aiohttp import web

from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.refusal import Refused, Why

ANY = "any"  # keys that open every protocol
HEADERS = ("DD-API-KEY", "X-API-Key")


def authorise(request: web.Request, protocol: str) -> None:
    """Return if *request* may send events as *protocol*: it shows one of its keys, or none is asked for.

    Raises:
        Refused: no key was shown, or another one.
    """
    keys = request.app[CONFIGURATION].settings.ingest.keys
    accepted = [*keys.get(protocol, ()), *keys.get(ANY, ())]
    if not accepted:
        return
    shown = credentials(request)
    if not shown:
        raise Refused(Why.UNAUTHENTICATED, "a key is required")
    # Every pair is compared, so that the time says nothing.
    matches = [hmac.compare_digest(one.encode(), key.encode()) for one in shown for key in accepted]
    if not any(matches):
        raise Refused(Why.FORBIDDEN, "this key is not accepted")


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
