"""Queries of one shape → one SELECT: events joined to a table of constants, grouped by whose constants they are.

Two tables stand beside the events. A *probe* is one reading: a window and the constants up to the aggregation. A
*target* is one query: its probe and the constants behind the aggregation. So what many thresholds look at is counted
once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from lynxalert.engine.shared.literals import PREFIX, Lifted, finds_rows, put_back, spell_equalities
from lynxalert.engine.shared.shape import Shape
from lynxalert.functions.nodes import Node, binary, case, cast, column, every, identifier, is_null, null

PROBES, TARGETS = "probes", "targets"
PROBE, TARGET = "probe", "target"  # columns: which one
TIME, START, END = "at", "from", "until"


class Joined:
    """The SELECT for queries of *shape* that differ in the constants *varying*, by number, and maybe in windows.

    *constants* are those of any of them. *parameters* are the names of the values it wants. *is_found_by_hash*: an equality finds the probes an event counts for;
    otherwise every event is held against every probe.
    """

    def __init__(
        self, shape: Shape, constants: Sequence[Lifted], varying: frozenset[int], *, windows: bool
    ) -> None:
        self._windows, self._over = windows, shape.over
        border = shape.border
        self._low = [f"{PREFIX}{n}" for n in sorted(varying) if n < border]
        self._high = [f"{PREFIX}{n}" for n in sorted(varying) if n >= border]

        def literal(number: int) -> Lifted | None:
            return None if number in varying else constants[number]

        before = [fixed(cte, literal) for cte in shape.before]
        for cte in before:
            spell_equalities(cte.this)
        aggregate = fixed(shape.aggregate, literal)
        after = [fixed(cte, literal) for cte in shape.after]
        final: exp.Select = shape.final.copy()
        self.is_found_by_hash = any(finds_rows(cte.this) for cte in before)
        ctes = [self._scan(shape.scan), self._fan(shape.scan)]
        ctes += [carrying(cte, [PROBE, *self._low]) for cte in before]
        reading(ctes[2] if before else aggregate, "fan")
        ctes += self._aggregated(aggregate, is_keyed=shape.is_keyed)
        ctes += [carrying(cte, [TARGET, *self._high]) for cte in after]
        reading(ctes[-len(after)] if after else final, "told")
        final.set("expressions", [column(TARGET), *final.expressions])
        final.set("with_", exp.With(expressions=ctes))
        # A scan of nothing has no bounds, and no value may be bound that is not asked for.
        self.parameters = frozenset(each.name for each in final.find_all(exp.Placeholder))
        self.sql: str = final.sql(dialect="duckdb", copy=False)

    def _scan(self, cte: exp.CTE) -> exp.CTE:
        """The scan, with the time of each event where windows differ."""
        scan = cte.copy()
        if self._windows:
            for select in scan.find_all(exp.Select):
                time: Node = column(self._over, "e") if select.find(exp.Column) else cast(null(), "TIMESTAMP")
                select.append("expressions", exp.Alias(this=time, alias=identifier(TIME)))
        return scan

    def _fan(self, scan: exp.CTE) -> exp.CTE:
        """Every event beside every probe whose window holds it; what follows keeps the pairs that fit."""
        first = scan.this.find(exp.Select)
        assert first is not None
        shown = [column(each.alias, "s") for each in first.expressions]
        shown += [column(name, "p") for name in (PROBE, *self._low)]
        select = select_from(shown, scan.alias, "s")
        inside: list[Node] = [exp.true()]
        if self._windows:
            time = column(TIME, "s")
            inside = [
                binary(">=", time, column(START, "p")),
                binary("<", time.copy(), column(END, "p")),
            ]
        probes = exp.Table(this=identifier(PROBES), alias=exp.TableAlias(this=identifier("p")))
        select.set("joins", [exp.Join(this=probes, on=every(inside))])
        return stage("fan", select)

    def _aggregated(self, cte: exp.CTE, *, is_keyed: bool) -> list[exp.CTE]:
        """The groups of each probe, and those of each target."""
        names = [each.alias for each in cte.this.expressions if isinstance(each, exp.Alias)]
        empty = cte.this.copy()
        empty.set("where", exp.Where(this=exp.false()))
        grouped = carrying(cte, [PROBE])
        group = cte.this.args.get("group")
        keys = [*(group.expressions if group is not None else []), column(PROBE)]
        grouped.this.set("group", exp.Group(expressions=keys))
        return [grouped, *told(grouped.alias, None if is_keyed else empty, names, self._high)]


def told(groups: str, empty: exp.Select | None, names: Sequence[str], high: Sequence[str]) -> list[exp.CTE]:
    """The columns *names* of each target, from the *groups* of each probe; *high* are its constants.

    *empty*: what a probe without rows says where nothing is grouped by.
    """
    own = [column(name, "t") for name in (TARGET, *high)]
    found = binary("=", column(PROBE, "t"), column(PROBE, "g"))
    table = exp.Table(this=identifier(groups), alias=exp.TableAlias(this=identifier("g")))
    if empty is None:
        select = select_from([*(column(name, "g") for name in names), *own], TARGETS, "t")
        select.set("joins", [exp.Join(this=table, on=found)])
        return [stage("told", select)]
    absent = is_null(column(PROBE, "g"))
    values: list[Node] = [
        exp.Alias(this=case((absent, column(name, "n")), default=column(name, "g")), alias=identifier(name))
        for name in names
    ]
    select = select_from([*values, *own], TARGETS, "t")
    nothing = exp.Table(this=identifier("nothing"), alias=exp.TableAlias(this=identifier("n")))
    joins = [exp.Join(this=table, side="LEFT", on=found), exp.Join(this=nothing, kind="CROSS")]
    select.set("joins", joins)
    return [stage("nothing", empty), stage("told", select)]


def fixed(cte: exp.CTE, literal: Callable[[int], Lifted | None]) -> exp.CTE:
    """A copy of *cte* in which constants that do not vary are literals again."""
    copied: exp.CTE = cte.copy()
    put_back(copied.this, literal)
    return copied


def carrying(cte: exp.CTE, names: Sequence[str]) -> exp.CTE:
    """*cte*, passing on the columns *names* as well; one that passes on everything does so already."""
    if not any(isinstance(each, exp.Star) for each in cte.this.expressions):
        for name in names:
            cte.this.append("expressions", column(name))
    return cte


def reading(part: Node, source: str) -> None:
    """Let *part* read from *source*."""
    select = part.this if isinstance(part, exp.CTE) else part
    select.set("from_", exp.From(this=exp.Table(this=identifier(source))))


def select_from(columns: list[Node], table: str, alias: str) -> exp.Select:
    """SELECT *columns* FROM *table* AS *alias*."""
    select = exp.Select(expressions=columns)
    source = exp.Table(this=identifier(table), alias=exp.TableAlias(this=identifier(alias)))
    select.set("from_", exp.From(this=source))
    return select


def stage(name: str, query: exp.Select) -> exp.CTE:
    """*query* as the stage *name*."""
    return exp.CTE(this=query, alias=exp.TableAlias(this=identifier(name)), materialized=False)
