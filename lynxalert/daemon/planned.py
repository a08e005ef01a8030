"""The configuration in force, and the file as it is now → what a reload would do. Pure; nothing is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lynxalert.alerts import Alert
from lynxalert.alerts.changes import changes_meaning
from lynxalert.config import Settings
from lynxalert.config.written import as_written
from lynxalert.state import Definition


def planned(
    before: Settings, fresh: Settings, stored: Sequence[Definition], stale: Sequence[str]
) -> Mapping[str, Any]:
    """What a reload of *fresh* would change; *stale* are the settings that need a restart.

    `changed` alerts begin anew, their episodes end; `cosmetic` ones go on. `fields` names what differs, by their names in
    the file; no value is told: it may be a secret. `sections` are the tables of the file that differ beside alerts.
    """
    old = {each.alert.id: each.alert for each in stored if each.alert.source == "file"}
    new = {each.id: each for each in fresh.alerts}
    both = [(old[each], new[each]) for each in new if each in old]
    # The version is counted by the store, not written in the file.
    differing = [(one, other) for one, other in both if replace(other, version=one.version) != one]
    return {
        "added": _keys(new[each] for each in new if each not in old),
        "changed": [_change(*pair) for pair in differing if changes_meaning(*pair)],
        "cosmetic": [_change(*pair) for pair in differing if not changes_meaning(*pair)],
        "removed": _keys(old[each] for each in old if each not in new),
        "sections": _differing(_beside_alerts(before), _beside_alerts(fresh)),
        "restart_needed_for": list(stale),
        "warnings": [each.as_json() for each in fresh.warnings],
    }


def _change(old: Alert, new: Alert) -> dict[str, Any]:
    return {"key": new.file_key, "fields": _differing(as_written(old), as_written(new))}


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def _beside_alerts(settings: Settings) -> dict[str, Any]:
    return {name: table for name, table in settings.written.items() if name != "alerts"}


def _keys(alerts: Iterable[Alert]) -> list[str]:
    return sorted(str(each.file_key) for each in alerts)
