"""The headers that mean something here, each with what it says; operations name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT: Mapping[str, Any] = {"type": "string"}

HEADERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Allow": ("The methods that are offered here.", TEXT),
    "Content-Encoding": ("gzip, deflate, zstd or snappy.", TEXT),
    "ETag": ("What it is now; send it back as `If-Match` or `If-None-Match`.", TEXT),
    "Idempotency-Key": (
        "A request with a key that was seen before is answered as it was then.",
        {**TEXT, "maxLength": 200},
    ),
    "If-Match": ("The `ETag` of what is to be changed: 412 if it was changed since.", TEXT),
    "If-None-Match": ("The `ETag` of what is known: 304 if nothing of the answer would differ.", TEXT),
    "Last-Event-ID": ("Go on after the event of this id, as browsers do.", TEXT),
    "Location": ("The address of what was made.", TEXT),
    "Retry-After": ("Seconds after which to send it again.", {"type": "string", "pattern": "^[0-9]+$"}),
    "WWW-Authenticate": ("How to show a key.", TEXT),
    "WebHook-Request-Origin": ("Who wants to deliver.", TEXT),
    "X-Host": ("The host of events that name none.", TEXT),
    "X-Index": ("The index that the events go to; `main` unless they say otherwise.", TEXT),
    "X-Source": ("The source of events that name none.", TEXT),
    "X-Source-Type": ("Their sourcetype.", TEXT),
    "X-Splunk-Request-Channel": ("A channel of acknowledgements: a UUID.", TEXT),
}
