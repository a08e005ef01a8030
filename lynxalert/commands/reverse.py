"""`reverse`: turn the order of the rows around."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.command import command
from lynxalert.plan.relation import Relation, Sort
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Reverse:
    """Turn the order of the rows around: of raw events, the oldest come first."""

    EXAMPLES = (("| reverse | head 3", "the three oldest events"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The reversed order."""
        return Sort(relation, reverse=True)
