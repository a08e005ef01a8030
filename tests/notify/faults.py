"""What can go wrong between us and a provider, in the provider's own words: a name → what it answers.

Bodies are those of the vendors' pages; dialects of "wait" are those that each of them speaks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.notify.provider import Answer

METADATA = "http://169.254.169.254/latest/meta-data/"
PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
HTML = "<html><head><title>{status}</title></head><body><h1>{phrase}</h1></body></html>"


def _telegram(status: int) -> Any:
    words = {400: "can't parse entities", 403: "bot was blocked by the user", 413: "message is too long"}
    more = f": {words[status]}" if status in words else ""
    return {"ok": False, "error_code": status, "description": PHRASES[status] + more}


def _slack(status: int) -> str:
    return {400: "invalid_blocks", 403: "action_prohibited", 404: "no_service", 500: "rollup_error"}.get(
        status, PHRASES[status].lower()
    )


def _sns(status: int) -> str:
    code = {400: "InvalidParameter", 403: "SignatureDoesNotMatch", 404: "NotFound"}.get(
        status, "InternalFailure"
    )
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>{PHRASES[status]} &amp; no</Message></Error></ErrorResponse>"


def _incident(status: int) -> Any:
    return {
        "type": "validation_error",
        "status": status,
        "request_id": "r-1",
        "errors": [{"code": "invalid", "message": PHRASES[status], "source": {"field": "name"}}],
    }


# How a provider words a refusal; the others answer with a text.
WORDS: Mapping[str, Callable[[int], Any]] = {
    "alertmanager": lambda status: json.dumps(f"{PHRASES[status]}: at least one label pair required"),
    "aws_sns": _sns,
    "discord": lambda status: {"message": PHRASES[status], "code": 10015 if status == 404 else 0},
    "googlechat": lambda status: {
        "error": {"code": status, "message": PHRASES[status], "status": "INVALID_ARGUMENT"}
    },
    "incidentio": _incident,
    "incidentio_alerts": _incident,
    "mattermost": lambda status: {"id": "web.x.app_error", "message": PHRASES[status], "status_code": status},
    "msteams": lambda status: {"error": {"code": "WorkflowTriggerIsNotEnabled", "message": PHRASES[status]}},
    "ntfy": lambda status: {"code": status * 100 + 1, "http": status, "error": PHRASES[status].lower()},
    "opsgenie": lambda status: {"message": PHRASES[status], "took": 0.1, "requestId": "r-1"},
    "pagerduty": lambda status: {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [PHRASES[status]],
    },
    "pushover": lambda status: {"status": 0, "errors": [f"{PHRASES[status]}: user identifier is invalid"]},
    "slack": _slack,
    "telegram": _telegram,
    "twilio_sms": lambda status: {"code": 21211, "message": PHRASES[status], "status": status},
}
# How a provider says for how long to wait: headers and what its body holds beside the refusal.
WAITS: Mapping[str, tuple[Mapping[str, str], Mapping[str, Any]]] = {
    "discord": ({"X-RateLimit-Reset-After": "6.5"}, {"retry_after": 6.457, "global": False}),
    "incidentio": ({}, {"rate_limit": {"name": "api", "retry_after": "Sat, 14 Feb 2026 13:25:30 UTC"}}),
    "incidentio_alerts": (
        {},
        {"rate_limit": {"name": "api", "retry_after": "Sat, 14 Feb 2026 13:25:30 UTC"}},
    ),
    "opsgenie": ({"X-RateLimit-State": "THROTTLED", "X-RateLimit-Period-In-Sec": "60"}, {}),
    "telegram": ({}, {"parameters": {"retry_after": 35}}),
    "ntfy": ({"Retry-After": "9"}, {}),
}


def refusal(kind: str, status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """*status* in the words of the provider."""
    words = WORDS.get(kind)
    body = words(status) if words else HTML.format(status=status, phrase=PHRASES[status])
    return Answer(status, body, dict(headers or {}))


def faults(kind: str) -> dict[str, Answer]:
    """Every fault, by name, as the provider of *kind* shows it."""
    found = {f"{status}": refusal(kind, status) for status in (400, 401, 403, 404, 408, 409, 413, 429)}
    found["429, in 17 s"] = refusal(kind, 429, {"Retry-After": "17"})
    found["429, at an hour"] = refusal(kind, 429, {"Retry-After": "Sat, 14 Feb 2026 13:26:00 GMT"})
    found["429, reset at"] = refusal(kind, 429, {"X-RateLimit-Reset": "1771075545"})
    if kind in WAITS:
        headers, more = WAITS[kind]
        own = refusal(kind, 429, headers)
        found["429, its dialect"] = Answer(429, {**own.body, **more} if more else own.body, dict(headers))
    found |= {f"{status}": refusal(kind, status) for status in (500, 502)}
    found["503, in 20 s"] = Answer(503, "busy", {"Retry-After": "20"})
    found["redirect to metadata"] = Answer(302, "moved", {"Location": METADATA})
    found["not JSON"] = Answer(200, "<html>welcome</html>")
    found["broken JSON"] = Answer(200, '{"ok": tr')
    found |= {manner: Answer(manner=manner) for manner in ("reset", "cut", "hang", "drip")}
    return found
