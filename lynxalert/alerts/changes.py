"""What a changed definition means for what is remembered of it, and whether an alert is evaluated at all. Pure."""

from __future__ import annotations

import datetime as dt

from lynxalert.alerts.model import Alert, Lifecycle

# Everything else is cosmetic: name, channels, templates, labels, when and how often it is said.
_MEANING = ("query", "when", "window", "delay", "by", "expect", "trigger_once", "time", "timezone")
_MEANING_OF_POLICY = ("hold", "keep_firing_for", "no_data", "no_data_for", "forget_after", "flapping")


def changes_meaning(old: Alert, new: Alert) -> bool:
    """Whether the instances of *old* say nothing about *new*: its version goes up and they are closed."""
    return any(getattr(old, name) != getattr(new, name) for name in _MEANING) or any(
        getattr(old.policy, name) != getattr(new.policy, name) for name in _MEANING_OF_POLICY
    )


def lifecycle(alert: Alert, now: dt.datetime) -> Lifecycle:
    """The first axis of *alert* at *now*; a pause that has run out is none."""
    if not alert.enabled:
        return Lifecycle.DISABLED
    if alert.paused and (alert.paused_until is None or now < alert.paused_until):
        return Lifecycle.PAUSED
    return Lifecycle.ENABLED
