"""`join`: fields of another query's rows that agree with these."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Binary, Condition, Expr, Field, Logical, Name, Option, Stage, Subsearch
from lynxalert.plan.combining import joined
from lynxalert.plan.command import choice, command, many, one, option
from lynxalert.plan.relation import Relation
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope

Keys = tuple[tuple[Column, Column], ...]


@command
@dataclass(frozen=True, slots=True)
class Join:
    """Add the fields of a query in brackets to the rows that agree with it in the fields named, or in all common ones.

    Only its first fitting row counts, with `max=N` the first N, with `max=0` all. Rows that find none are dropped,
    with `type=left` kept. Its values replace those of the same name, unless `overwrite=f`.
    """

    names: tuple[Name, ...] = many(Name)
    condition: Condition | None = one(Condition)
    subsearch: Subsearch = one(Subsearch, required="a query in brackets")
    kind: str = option("inner", choice("inner", "left", "outer"), name="type")
    most: int = option(1, name="max")
    overwrite: bool = option(default=True)
    usetime: bool = option(default=False)
    earlier: bool = option(default=True)  # says something only with usetime
    left: str = option("")
    right: str = option("")
    stage: Stage | None = None
    EXAMPLES = (
        (
            "| join type=left user [search index=hr | fields user team]",
            "each event with the team of its user",
        ),
        ("| join left=L right=R where L.pid=R.id [search index=procs]", "fields of different names"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A join; of raw events nothing internal is taken over."""
        assert self.stage is not None
        if self.usetime:
            place = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "usetime")
            scope.report(
                Code.WRONG_VALUE,
                "`join` does not compare times",
                place.span,
                "compare them with `where` after it",
            )

        def lower(results: tuple[Relation, ...]) -> Relation:
            (other,) = results
            keys = self._keys(relation, other, scope)
            if not keys:
                return relation
            same = {theirs for ours, theirs in keys if ours.name == theirs.name}
            taken = tuple(
                column
                for column in other.schema.columns
                if column not in same and not column.name.startswith("_")
            )
            kind = "inner" if self.kind == "inner" else "left"
            keep = self.most or None
            return joined(relation, other, keys, kind, taken, scope, keep=keep, overwrite=self.overwrite)

        return scope.combine((scope.subquery(self.subsearch.query),), lower)

    def _keys(self, relation: Relation, other: Relation, scope: Scope) -> Keys:
        if self.condition is not None:
            return self._equal(self.condition.expression, relation, other, scope)
        if self.names:
            pairs = []
            for name in self.names:
                ours = scope.subject(name.text, relation.schema, name.span)
                theirs = scope.subject(name.text, other.schema, name.span)
                if ours is not None and theirs is not None:
                    pairs.append((ours, theirs))
            return tuple(pairs) if len(pairs) == len(self.names) else self._nothing(self.names[0].span, scope)
        common = [(ours, other.schema.find(ours.name)) for ours in relation.schema.columns]
        keys = tuple((a, b) for a, b in common if b in other.schema.columns and not a.name.startswith("_"))
        assert self.stage is not None
        return keys or self._nothing(self.stage.name_span, scope)

    def _equal(self, expression: Expr, relation: Relation, other: Relation, scope: Scope) -> Keys:
        """`L.a = R.b AND …`."""
        match expression:
            case Logical("AND", operands):
                return tuple(pair for one in operands for pair in self._equal(one, relation, other, scope))
            case Binary("=", Field() as first, Field() as second):
                if first.name.startswith(f"{self.right}."):
                    first, second = second, first
                if first.name.startswith(f"{self.left}.") and second.name.startswith(f"{self.right}."):
                    ours = scope.subject(first.name[len(self.left) + 1 :], relation.schema, first.span)
                    theirs = scope.subject(second.name[len(self.right) + 1 :], other.schema, second.span)
                    if ours is not None and theirs is not None:
                        return ((ours, theirs),)
                    return self._nothing(expression.span, scope)
            case _:
                pass
        help_ = "join left=L right=R where L.id=R.id […]"
        scope.report(
            Code.WRONG_VALUE, "`join … where` compares fields of both sides with `=`", expression.span, help_
        )
        return ()

    def _nothing(self, span: Span, scope: Scope) -> Keys:
        message = "there is no such field on both sides of the join"
        scope.report(Code.UNKNOWN_FIELD, message, span, "name a field that both have")
        return ()
