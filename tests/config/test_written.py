from __future__ import annotations

import json

import pytest

from lynxalert.api.reply import encode
from lynxalert.config import compiler
from lynxalert.config.alert import Context, build, fresh_id
from lynxalert.config.written import as_written
from lynxalert.engine import LookupFolder

HOOK = {"type": "webhook", "name": "h", "config": {"url": "https://example.com/x"}}
LENGTHS = {"max_age": "10m", "max_age_resolved": "30d", "probe_interval": "15m"}
FULL = {
    "name": "Full",
    "description": "everything said",
    "q": "level=error | stats count as errors by host | where errors > 3",
    "cron": "*/5 * * * *",
    "timezone": "Europe/Berlin",
    "window": "10m",
    "allow_gaps": True,
    "delay": "30s",
    "time": "event",
    "max_lateness": "20m",
    "catchup_limit": "2h",
    "when": {"type": "threshold", "field": "errors", "op": "gt", "value": 5},
    "key": ["host"],
    "expect": [{"host": "a"}],
    "trigger": "once",
    "for": "5m",
    "keep_firing_for": "10m",
    "repeat_interval": "4h",
    "cooldown": "1h",
    "no_data": "firing",
    "no_data_for": "15m",
    "forget_after": "2d",
    "flapping": {"changes": 3, "slots": 10, "quiet": 5},
    "max_instances": 7,
    "error_after": 2,
    "enabled": False,
    "paused": True,
    "paused_until": "2026-03-01T00:00:00Z",
    "severity": "critical",
    "labels": {"team": "sre"},
    "templates": {"message": "{{ alert.name }}", "resolved": "over"},
    "active_schedule": {
        "timezone": "UTC",
        "windows": [{"days": ["Monday", "Sunday"], "start_time": "22:00", "end_time": "06:00"}],
    },
    "channels": [{**HOOK, "enabled": False, "send_resolved": False, **LENGTHS}],
}
PLAIN = {"name": "Plain", "q": "level=error", "interval": "90s", "channels": [HOOK], "flapping": None}
CONTEXT = Context(compiler({}, LookupFolder("none")))


@pytest.mark.parametrize("fields", [FULL, PLAIN], ids=["full", "plain"])
def test_an_alert_is_written_as_it_is_read(fields) -> None:
    alert, mistakes = build(fields, CONTEXT, alert_id=fresh_id())
    assert not [each for each in mistakes if each.fatal]  # everything said at once is more than makes sense
    assert alert is not None
    written = json.loads(encode(as_written(alert)))
    assert {name: written[name] for name in fields} == {
        **fields,
        "channels": [{"enabled": True, "send_resolved": True, **each} for each in fields["channels"]],
    }
    again, said = build(written, CONTEXT, alert_id=alert.id)
    assert said == mistakes
    assert again == alert
