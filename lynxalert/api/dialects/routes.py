"""Every address of the dialects."""

from __future__ import annotations

from lynxalert.api.dialects import batches
from lynxalert.api.routes import Route

DIALECT_ROUTES: tuple[Route, ...] = (
    ("POST", "/v2/push", batches.push),
    ("POST", "/api/v1/push", batches.push),
    ("POST", "/v1/telemetry", batches.telemetry),
    ("POST", "/v3/call-events", batches.call_events),
)
