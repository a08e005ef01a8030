"""`join`: fields of another query's rows that agree with these."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Binary, By, Condition, Expr, Field, Logical, Name, Option, Stage, Subsearch
from lynxalert.plan.combining import joined
from lynxalert.plan.command import choice, command, many, one, option
from lynxalert.plan.neighbours import group_keys
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.timedjoin import Times, joined_by_time

Pair = tuple[Name, Name]


@command
@dataclass(frozen=True, slots=True)
class Join:
    """Add the fields of a query in brackets to the rows that agree with it in the fields named, or in all common ones.

    Only its first fitting row counts, with `max=N` the first N, with `max=0` all. Rows that find none are dropped,
    with `type=left` kept. Its values replace those of the same name, unless `overwrite=f`. With `usetime=t` only rows
    count that are no later than the row they join, with `earlier=f` no earlier.
    """

    names: tuple[Name, ...] = many(Name)
    condition: Condition | None = one(Condition)
    subsearch: Subsearch = one(Subsearch, required="a query in brackets")
    kind: str = option("inner", choice("inner", "left", "outer"), name="type")
    most: int = option(1, name="max")
    overwrite: bool = option(default=True)
    usetime: bool = option(default=False)
    earlier: bool = option(default=True)
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
        place = self.stage.name_span

        def lower(results: tuple[Relation, ...]) -> Relation:
            names = self._names(relation, results[0], scope)
            left, ours = group_keys(relation, By(tuple(one for one, _ in names), place), scope)
            right, theirs = group_keys(results[0], By(tuple(one for _, one in names), place), scope)
            keys = tuple(zip(ours, theirs, strict=True))
            same = {key for mine, key in keys if mine.name == key.name}
            taken = tuple(
                column
                for column in right.schema.columns
                if column not in same and not column.name.startswith("_")
            )
            kind = "inner" if self.kind == "inner" else "left"
            times = self._times(left, right, scope) if self.usetime else None
            if times is not None:
                return joined_by_time(
                    left,
                    right,
                    keys,
                    taken,
                    times,
                    scope,
                    keeps=kind == "left",
                    most=self.most or None,
                    overwrite=self.overwrite,
                )
            return joined(
                left, right, keys, kind, taken, scope, keep=self.most or None, overwrite=self.overwrite
            )

        return scope.combine((scope.subquery(self.subsearch.query),), lower)

    def _times(self, left: Relation, right: Relation, scope: Scope) -> Times | None:
        ours, theirs = left.schema.find("_time"), right.schema.find("_time")
        if ours is not None and theirs is not None:
            return Times(ours, theirs, self.earlier)
        assert self.stage is not None
        written = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "usetime")
        side = "the query in brackets" if ours is not None else "the rows before it"
        message = f"`usetime` compares `_time`, which is gone in {side}"
        scope.report(Code.WRONG_TYPE, message, written.span, "keep `_time`")
        return None

    def _names(self, relation: Relation, other: Relation, scope: Scope) -> tuple[Pair, ...]:
        """The names of the fields that must agree: ours and theirs."""
        if self.condition is not None:
            return self._equal(self.condition.expression, scope)
        if self.names:
            return tuple((name, name) for name in self.names)
        assert self.stage is not None
        place = self.stage.name_span
        known = other.schema.names
        shared = [name for name in relation.schema.names if name in known and not name.startswith("_")]
        if not shared:
            message = "both sides of the join have no field in common"
            scope.report(Code.UNKNOWN_FIELD, message, place, "name the field to join on")
        return tuple((Name(name, place), Name(name, place)) for name in shared)

    def _equal(self, expression: Expr, scope: Scope) -> tuple[Pair, ...]:
        """`L.a = R.b AND …`."""
        match expression:
            case Logical("AND", operands):
                return tuple(pair for one in operands for pair in self._equal(one, scope))
            case Binary("=", Field() as first, Field() as second):
                if first.name.startswith(f"{self.right}."):
                    first, second = second, first
                if first.name.startswith(f"{self.left}.") and second.name.startswith(f"{self.right}."):
                    ours = Name(first.name[len(self.left) + 1 :], first.span)
                    return ((ours, Name(second.name[len(self.right) + 1 :], second.span)),)
            case _:
                pass
        help_ = "join left=L right=R where L.id=R.id […]"
        message = "`join … where` compares fields of both sides with `=`"
        scope.report(Code.WRONG_VALUE, message, expression.span, help_)
        return ()
