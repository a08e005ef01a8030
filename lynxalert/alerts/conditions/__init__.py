"""One file per condition: a result → the keys that meet it. Pure.

`condition` holds the contract, `build` reads a `when`, `rows` groups a result by key.
"""

from lynxalert.alerts.conditions.build import ConditionError, Problem, build, spell
from lynxalert.alerts.conditions.condition import Condition, Memory, Verdict, View, conditions

__all__ = [
    "Condition",
    "ConditionError",
    "Memory",
    "Problem",
    "Verdict",
    "View",
    "build",
    "conditions",
    "spell",
]
