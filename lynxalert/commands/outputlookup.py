"""`outputlookup`: the rows as a lookup."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Stage
from lynxalert.plan.command import choice, command, one, option
from lynxalert.plan.handing import handed
from lynxalert.plan.knowledge import BadLookup
from lynxalert.plan.relation import Limit, Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import LookupSink
from lynxalert.plan.written import taken


@command
@dataclass(frozen=True, slots=True)
class Outputlookup:
    """Write the rows (the first `max`) as a CSV file of the folder of lookups, in place of the one there or `append`ed to it.

    With `key_field` rows take the place of those with the same value there, field by field, and others are added.
    `append` and `key_field` keep the columns of the file. Of no rows: `create_empty=f` makes no file,
    `override_if_empty=f` keeps the one there is. Fields that begin with `_` are left out except `_time`; times are
    epoch seconds, the values of a multivalue stand in lines. The rows go on. Only a query that may write does so.
    """

    name: Name | None = one(Name, required="a lookup")
    append: bool = option(default=False)
    key_field: str = option("")
    max: int = option(0)
    create_empty: bool = option(default=True)
    override_if_empty: bool = option(default=True)
    allow_updates: bool = option(default=True)  # with key_field: whether rows there may change
    output_format: str = option("splunk_sv_csv", choice("splunk_sv_csv"))
    createinapp: bool = option(default=True)  # accepted: there is one folder
    create_context: str = option("app", choice("app", "user", "system"))  # accepted: the same
    stage: Stage | None = None
    EXAMPLES = (
        (
            "| stats latest(ip) as ip, max(_time) as seen by host | outputlookup hosts key_field=host",
            "a table of hosts, kept current",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Handed over to whoever runs the query."""
        assert self.name is not None
        assert self.stage is not None
        if not self._fits(self.name, relation, scope):
            return relation
        if self.key_field and relation.schema.find(self.key_field) is None and not relation.schema.open:
            written = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "key_field")
            message = f"there is no field `{self.key_field}` to tell rows apart by"
            scope.report(Code.UNKNOWN_FIELD, message, written.value_span)
            return relation
        sink = LookupSink(
            name=self.name.text,
            append=self.append,
            key=self.key_field or None,
            update=self.allow_updates,
            create_empty=self.create_empty,
            override_if_empty=self.override_if_empty,
        )
        return handed(Limit(relation, self.max) if self.max else relation, sink, scope)

    def _fits(self, name: Name, relation: Relation, scope: Scope) -> bool:
        """Whether there may be such a lookup; what it has no columns for is told."""
        lookups = scope.knowledge.lookups
        if lookups is None:
            message = f"`{name.text}` cannot be written: no folder of lookups is configured"
            scope.report(Code.UNKNOWN_LOOKUP, message, name.span)
            return False
        try:
            before = lookups.find(name.text)
        except BadLookup as wrong:
            scope.report(Code.UNKNOWN_LOOKUP, str(wrong), name.span)
            return False
        if before is not None and (self.append or self.key_field):
            lost = [field for field in taken(relation.schema.names) if field not in before.columns]
            if lost and not relation.schema.open:
                named = ", ".join(lost)
                message = f"the lookup has no column for {named}: left out"
                scope.report(
                    Code.CUT, message, name.span, "without `append` and `key_field` the file is made anew"
                )
        return True
