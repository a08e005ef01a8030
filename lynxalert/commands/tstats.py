"""`tstats`: aggregates over indexed fields, or over a data model."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Aggregation, AllOf, By, Comparison, Flag, Name, Option, Stage, Term, Terms
from lynxalert.plan.aggregation import resolve_aggregations
from lynxalert.plan.analyze import indexes_of_term
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.datamodels import chosen, modelled
from lynxalert.plan.grouping import aggregated, group_columns
from lynxalert.plan.relation import Extend, Filter, Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import settled
from lynxalert.plan.terms import resolve_term, scan_of
from lynxalert.plan.types import Type

NODE = "nodename"


@command
@dataclass(frozen=True, slots=True)
class Tstats:
    """Aggregate events straight from the store: `tstats count where index=web by host`, or those of a data model.

    `from datamodel=Model.Dataset` needs a mapping in the configuration; its fields are called `Dataset.field`. Rows
    that lack a by-field are left out unless `fillnull_value` says what to put there.
    """

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    terms: Terms | None = one(Terms)
    by: By | None = one(By)
    names: tuple[Name, ...] = many(Name)
    flags: tuple[Flag, ...] = many(Flag)
    datamodel: str = option("")
    nodename: str = option("")
    fillnull_value: str = option("")
    span: str = option("")  # read with the by-fields
    prestats: bool = option(default=False)
    append: bool = option(default=False)
    summariesonly: bool = option(default=False)  # accepted: there are no summaries, events are always read
    allow_old_summaries: bool = option(default=False)
    local: bool = option(default=False)
    chunk_size: int = option(0)
    include_reduced_buckets: bool = option(default=False)
    stage: Stage | None = None
    EXAMPLES = (("| tstats count where index=web by host, _time span=1h", "events by host and hour"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An aggregation over a scan, or over the events of a dataset."""
        assert self.stage is not None
        if self.prestats or self.append:
            place = self._place("prestats" if self.prestats else "append")
            message = "`tstats` does not prepare partial results (`prestats`, `append`)"
            scope.report(Code.REFUSED_COMMAND, message, place, "leave the option out and aggregate here")
            return relation
        if self.names:
            message = f"`from {self.names[0].text}` names no data model"
            scope.report(Code.REFUSED_COMMAND, message, self.names[0].span, "from datamodel=Model.Dataset")
            return relation
        if not self.datamodel:
            indexes = indexes_of_term(self.terms.term) if self.terms else ("main",)
            return self._aggregated(scope.scan(scope, indexes), scope)
        place = self._place("datamodel")
        wanted = chosen(self.datamodel, self._node(), place, scope)
        if wanted is None:
            return relation
        return modelled(wanted, place, scope, lambda events: self._aggregated(events, scope))

    def _place(self, name: str) -> Span:
        assert self.stage is not None
        found = (c.span for c in self.stage.clauses if isinstance(c, Option) and c.name.lower() == name)
        return next(found, self.stage.name_span)

    def _node(self) -> str | None:
        """`nodename=`, as an option or among the terms."""
        named = [one_.value.text for one_ in self._terms() if _names_node(one_)]  # type: ignore[union-attr]
        return self.nodename or (named[0] if named else None)

    def _terms(self) -> tuple[Term, ...]:
        """The terms joined by AND."""
        if self.terms is None:
            return ()
        term = self.terms.term
        return term.terms if isinstance(term, AllOf) else (term,)

    def _aggregated(self, events: Relation, scope: Scope) -> Relation:
        if self.terms is None:
            return self._grouped(events, scope)
        kept = AllOf(tuple(term for term in self._terms() if not _names_node(term)), self.terms.span)

        def filtered(term: Term) -> Relation:
            predicate = resolve_term(term, events.schema, scope, scan_of(events))
            return self._grouped(Filter(events, predicate), scope)

        return settled(kept, scope, filtered)

    def _grouped(self, events: Relation, scope: Scope) -> Relation:
        if self.by and self.fillnull_value:
            events = self._filled(events, self.by, scope)
        taken = {name.text for name in self.by.names} if self.by else set()
        calls = resolve_aggregations(self.aggregations, events.schema, scope, taken=taken)
        events, keys = group_columns(events, self.by, scope)
        return aggregated(events, keys, calls, scope)

    def _filled(self, events: Relation, by: By, scope: Scope) -> Relation:
        """*events* with a text where a by-field is missing."""
        filler = constant(self.fillnull_value)
        for name in by.names:
            old = events.schema.find(name.text)
            if old is not None and old.type is Type.TIME:
                continue
            if old is None:
                scope.find(name.text, events.schema, name.span)
                value = scope.call("coalesce", scope.null(), filler)
            elif old.type is Type.LIST:
                value = scope.call("coalesce", ColumnRef(old), scope.call("mv:of", filler))
            else:
                value = scope.call("coalesce", ColumnRef(old), filler)
            new = scope.column(name.text, value.type)
            events = Extend(events, ((new, value),), events.schema.put(new))
        return events


def _names_node(term: Term) -> bool:
    return isinstance(term, Comparison) and term.field == NODE and term.operator == "="
