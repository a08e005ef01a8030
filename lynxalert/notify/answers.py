"""What an answer means: status → failure, body → the reason to show, success → its JSON. Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from lynxalert.notify.message import Plain
from lynxalert.notify.model import DeliveryError, Failure

# Slack answers 200 with a word. Any word not listed stands for a 400.
WORD = re.compile(r"[a-z]+(_[a-z]+)+")
GONE = frozenset(
    ("channel_not_found", "channel_is_archived", "is_archived", "no_service", "no_team", "not_in_channel")
)
KEYS = frozenset(
    ("account_inactive", "invalid_auth", "missing_scope", "not_authed", "token_expired", "token_revoked")
)
AWS_ERROR = re.compile(r"<(Code|Message)>([^<]*)</\1>")
BUSY = {
    "ratelimited": 429,
    "rate_limited": 429,
    "fatal_error": 500,
    "internal_error": 500,
    "rollup_error": 500,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer. *body* is what JSON it holds, else None; *text* at most `reply_limit` bytes of it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    body: Plain = field(repr=False)

    def object(self) -> Mapping[str, Plain]:
        """The JSON object that the provider's success must be.

        Raises:
            DeliveryError: it is something else.
        """
        if isinstance(self.body, Mapping):
            return self.body
        raise DeliveryError(
            Failure.BAD_REPLY, f"HTTP {self.status}: the answer is not a JSON object", status=self.status
        )


def meaning(status: int) -> tuple[Failure, bool]:
    """(failure, whether trying again is pointless) of a status outside 2xx. The only such table."""
    if status in (425, 429):
        return Failure.THROTTLED, False
    if status == 408 or status >= 500:
        return Failure.SERVER, False
    if status in (401, 403):
        return Failure.UNAUTHORIZED, True
    if status in (404, 410):
        return Failure.NOT_FOUND, True
    if status in (400, 413, 422):
        return Failure.REJECTED, True
    return Failure.REFUSED, True


def remote_reason(body: Plain, text: str) -> str:
    """What the provider says is wrong, from the places where the known ones say it; else the text itself."""
    if isinstance(body, list) and body:
        return remote_reason(body[0], "")
    if isinstance(body, str):
        return body
    if not isinstance(body, Mapping):
        return "" if text.lstrip().startswith("<") else text
    errors = body.get("errors")
    if isinstance(errors, Mapping):
        return "; ".join(f"{name}: {one}" for name, one in errors.items())
    for name in ("description", "error", "detail", "title", "message"):
        inner = body.get(name)
        if isinstance(inner, str) and inner and not (name == "message" and errors):
            return inner
        if isinstance(inner, Mapping):
            return remote_reason(inner, "")
    return remote_reason(errors, "") if errors else ""


def refusing_word(reply: Reply) -> str | None:
    """Slack's word for a refusal within a 2xx: `ok: false` with an `error`, or the bare word of a webhook."""
    if isinstance(reply.body, Mapping):
        return None if reply.body.get("ok", True) else str(reply.body.get("error"))
    word = reply.text.strip()
    return word if WORD.fullmatch(word) else None


def word_status(word: str) -> int:
    """The HTTP status that one of Slack's words stands for."""
    if word in GONE:
        return 404
    return 401 if word in KEYS else BUSY.get(word, 400)


def encode(value: Plain) -> bytes:
    """*value* as compact JSON; whole numbers of any size."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def named_error(text: str) -> Mapping[str, str] | None:
    """The `<Code>` and `<Message>` of an error of AWS, by the names that JSON answers give them; else None."""
    if not text.lstrip().startswith("<"):
        return None
    found = dict(AWS_ERROR.findall(text))
    return {name.lower(): html.unescape(inner) for name, inner in found.items()} or None


def decode(raw: bytes) -> Plain:
    """The JSON value in *raw*, or None."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
