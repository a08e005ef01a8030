"""Every address of the dialects."""

from __future__ import annotations

from lynxalert.api.dialects import batches, checkrd, checkrd_records, selftune, skills, vox
from lynxalert.api.routes import Route

DIALECT_ROUTES: tuple[Route, ...] = (
    ("GET", "/compat/selftune/alerts", selftune.index),
    ("POST", "/compat/selftune/alerts", selftune.create),
    ("POST", "/compat/selftune/api/v1/alerts", selftune.create),
    ("GET", "/compat/selftune/alerts/{id}", selftune.get),
    ("DELETE", "/compat/selftune/alerts/{id}", selftune.delete),
    ("GET", "/compat/selftune/skills", skills.index),
    ("GET", "/v1/alerts", checkrd.index),
    ("POST", "/v1/alerts", checkrd.create),
    ("GET", "/v1/alerts/{id}", checkrd.get),
    ("PUT", "/v1/alerts/{id}", checkrd.put),
    ("DELETE", "/v1/alerts/{id}", checkrd.delete),
    ("POST", "/v1/alerts/{id}/toggle", checkrd.toggle),
    ("POST", "/v1/alerts/{id}/mute", checkrd.mute),
    ("POST", "/v1/alerts/{id}/unmute", checkrd.unmute),
    ("GET", "/v1/alerts/{id}/history", checkrd_records.history),
    ("GET", "/v1/alerts/{id}/notifications", checkrd_records.notifications),
    ("POST", "/v2/push", batches.push),
    ("POST", "/api/v1/push", batches.push),
    ("POST", "/v1/telemetry", batches.telemetry),
    ("GET", "/v3/alert-rules", vox.index),
    ("POST", "/v3/alert-rules", vox.create),
    ("GET", "/v3/alert-rules/{id}", vox.get),
    ("PUT", "/v3/alert-rules/{id}", vox.update),
    ("PATCH", "/v3/alert-rules/{id}", vox.update),
    ("DELETE", "/v3/alert-rules/{id}", vox.delete),
    ("POST", "/v3/call-events", batches.call_events),
)
