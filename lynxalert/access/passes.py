"""What a link in a message may do → a signature that says so for a while: no key is needed to follow it.

Each is good for one purpose and one subject, until it expires: HMAC-SHA256 (RFC 2104), 128 bits of it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
import secrets

from lynxalert.errors import LynxError

TICKET = re.compile(r"(?P<until>[1-9][0-9]{0,11})\.(?P<mark>[A-Za-z0-9_-]{22})", re.ASCII)
# A signature as it stands in a text, and the path before it.
SIGNED = re.compile(r"(/go/[a-z]+/[^\s/]+/[0-9]{1,12}\.)[A-Za-z0-9_-]{22}")


class BadPassError(LynxError):
    """Nobody here signed this, or not for this."""


class ExpiredPassError(LynxError):
    """It was good once."""


class Passes:
    """Signs, and knows its own signatures. *secret* is made once and kept with the state."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, purpose: str, subject: str, until: dt.datetime) -> str:
        """The ticket for *purpose* with *subject*, good before *until*: `1771075500.` and 22 characters."""
        seconds = int(until.timestamp())
        return f"{seconds}.{self._mark(purpose, subject, seconds)}"

    def check(self, purpose: str, subject: str, ticket: str, now: dt.datetime) -> None:
        """Return if *ticket* is good for *purpose* with *subject* at *now*.

        Raises:
            BadPassError: it never was.
            ExpiredPassError: it is not any more.
        """
        found = TICKET.fullmatch(ticket)
        until = int(found["until"]) if found else 0
        if found is None or not hmac.compare_digest(found["mark"], self._mark(purpose, subject, until)):
            raise BadPassError("the link is not valid")
        if now.timestamp() >= until:
            raise ExpiredPassError("the link has expired")

    def _mark(self, purpose: str, subject: str, seconds: int) -> str:
        signed = "\x00".join((purpose, subject, str(seconds))).encode("utf-8", "replace")
        whole = hmac.digest(self._secret, signed, hashlib.sha256)
        return base64.urlsafe_b64encode(whole[:16]).decode().rstrip("=")


def fresh_secret() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(32)


def unsigned(text: str) -> str:
    """*text* without the signatures of links: they are for whom the message was sent to."""
    return SIGNED.sub(r"\1…", text)
