"""`type` of an alert and its own fields → the definition with the query, condition and window they stand for."""

from __future__ import annotations

from typing import Any

from lynxalert.alerts import Every, Schedule
from lynxalert.alerts.conditions import ConditionError
from lynxalert.alerts.metrics import lower
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.config.schedules import DAY
from lynxalert.lang import Code

FIELDS = ("threshold", "skill_id", "skill_name", "agent_id", "comparison_op", "threshold_type", "filter")
_SHARES = frozenset(("denied_rate", "error_rate", "volume_drop"))
_COUNTS = frozenset(("api_call_count", "call_count", "concurrency", "tool_call_count"))
_AT_ZERO = {"lt": "is 0, and nothing is ever below that", "gte": "is 0: the alert always fires"}
_LOWERED = ("q", "query", "when")


def settings(definition: AlertDefinition) -> dict[str, Any]:
    """`type` and the fields that go with it, as they were written; empty where the alert has a query of its own."""
    if definition.type is None:
        return {}
    values = {name: getattr(definition, name) for name in FIELDS}
    return {"type": definition.type, **{name: value for name, value in values.items() if value is not None}}


def _bounds(given: dict[str, Any]) -> list[Mistake]:
    """What is said of a limit that is never passed, or always."""
    threshold, kind = given.get("threshold"), given["type"]
    if not isinstance(threshold, int | float):
        return []
    if kind in _SHARES and threshold >= 1:
        text = f"is a share from 0 to 1: nothing is ever above {threshold:g}"
        # Above the whole people mean per cent.
        hint = f"{threshold:g} % is {threshold / 100:g}" if threshold > 1 else "say 0.999 for all of them"
        return [Mistake(("threshold",), text, Code.LINT, hint)]
    operator = "lt" if kind == "pass_rate_below" else given.get("comparison_op")
    if threshold == 0 and (kind == "pass_rate_below" or kind in _COUNTS) and operator in _AT_ZERO:
        return [Mistake(("threshold",), _AT_ZERO[operator], Code.LINT)]
    return []


def lowered(definition: AlertDefinition, schedule: Schedule) -> tuple[AlertDefinition, list[Mistake]]:
    """*definition* with what its `type` stands for; itself, and every mistake, where that means nothing."""
    given = settings(definition)
    if not given:
        alone = [name for name in FIELDS if getattr(definition, name) is not None]
        help_ = 'say which with type, such as type = "error_rate"'
        return definition, [Mistake((name,), "belongs to an alert with a type", help=help_) for name in alone]
    beside = [name for name in _LOWERED if getattr(definition, name) is not None]
    mistakes = [Mistake((name,), "cannot stand beside type, which stands for its own") for name in beside]
    try:
        made = lower(given, definition.window, schedule.interval if isinstance(schedule, Every) else DAY)
    except ConditionError as error:
        return definition, mistakes + [
            Mistake(each.path, each.message, help=each.help) for each in error.problems
        ]
    mistakes += _bounds(given)
    change = {"q": made.query, "query": None, "when": dict(made.when), "window": made.window}
    return definition.model_copy(update={**change, "name": definition.name or made.name}), mistakes
