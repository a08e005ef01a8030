"""Requests as a person writes them ↔ payloads, and what was decoded as text: the form of `tests/golden/protocols`."""

from __future__ import annotations

import json

from lynxalert.clock import rfc3339
from lynxalert.events import Event
from lynxalert.ingest import Decoded, Payload

PIECES = {
    b"<01>": b"\x01",
    b"<05>": b"\x05",
    b"<FF>": b"\xff",
    b"<NUL>": b"\0",
    b"<CR>": b"\r",
    b"<LF>": b"\n",
}
HEX = "hex\n"


def payload_of(request: str) -> Payload:
    """Headers, `?query: values`, `/path: parts`, a blank line, the body (where `<FF>` is that byte, or all in hex)."""
    head, _, body = request.partition("\n\n")
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    path: dict[str, str] = {}
    for line in head.splitlines():
        name, _, value = line.partition(":")
        where = {"?": query, "/": path}.get(name[:1], headers)
        where[name.strip("?/").lower()] = value.strip()
    if body.startswith(HEX):
        content = bytes.fromhex(body.removeprefix(HEX))
    else:
        content = body.encode()
        for written, byte in PIECES.items():
            content = content.replace(written, byte)
    return Payload(content, headers.get("content-type", ""), headers, query, path)


def shown(decoded: Decoded) -> tuple[str, str]:
    """Events and rejects, one a line."""
    events = [json.dumps(of(event), ensure_ascii=False) for event in decoded.events]
    rejects = [f"{reject.line}: {reject.reason}  <- {reject.raw}" for reject in decoded.rejects]
    if decoded.repaired:
        rejects.append(f"({decoded.repaired} lines repaired)")
    return "\n".join(events), "\n".join(rejects)


def of(event: Event) -> dict[str, object]:
    """What of *event* is not usual."""
    given = {"index": event.index, "source": event.source, "sourcetype": event.sourcetype, "host": event.host}
    time = {} if event.time is None else {"time": rfc3339(event.time)}
    fields = {"fields": dict(event.fields)} if event.fields else {}
    usual = {"index": "main", "source": "http", "sourcetype": None, "host": None}
    own = {name: value for name, value in given.items() if value != usual[name]}
    return own | time | {"raw": event.raw} | fields
