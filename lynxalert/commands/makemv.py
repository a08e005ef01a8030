"""`makemv`: cut a text into a multivalue."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.regex import python_spelling
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Makemv:
    """Cut a text into a multivalue at a delimiter (a blank), or into what `tokenizer="(regex)"` catches.

    Empty parts fall out unless `allowempty=t`.
    """

    name: Name | None = one(Name, required="a field")
    delim: str = option(" ")
    tokenizer: str = option("")
    allowempty: bool = option(default=False)
    setsv: bool = option(default=False)  # accepted: a multivalue of one is its value anyway
    stage: Stage | None = None
    EXAMPLES = (('| makemv delim="," users | mvexpand users', "one row per user of a list"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by the list."""
        assert self.name is not None
        found = scope.subject(self.name.text, relation.schema, self.name.span)
        if found is None or found.type is Type.NULL:
            return relation
        value = self._cut(ColumnRef(found), scope)
        if value is None:
            return relation
        column = scope.column(found.name, Type.LIST)
        return Extend(relation, ((column, value),), relation.schema.put(column))

    def _cut(self, value: Scalar, scope: Scope) -> Scalar | None:
        if not self.tokenizer:
            # Between nothing and nothing stands every character.
            if not self.delim:
                return scope.call("mv:tokens", value, constant("(?s)."), constant(0))
            return scope.call("mv:split", value, constant(self.delim), constant(self.allowempty))
        assert self.stage is not None
        wrong = scope.complain(self.tokenizer)
        if wrong is not None:
            place = next(
                c.value_span for c in self.stage.clauses if isinstance(c, Option) and c.name == "tokenizer"
            )
            scope.report(Code.BAD_REGEX, wrong[0], place, wrong[1])
            return None
        group = 1 if re_groups(self.tokenizer) else 0
        return scope.call("mv:tokens", value, constant(self.tokenizer), constant(group))


def re_groups(pattern: str) -> int:
    """How many groups a pattern catches."""
    return re.compile(python_spelling(pattern)).groups
