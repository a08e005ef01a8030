"""A shape whose aggregation has parts → three SELECTs: gather parts from events, merge them, add them up.

*Gathering* reads events by the sequence they came in, so every event once, and groups them by probe and bucket of
time. *Adding* reads parts in the place of events; from the aggregation on it is the shape's own SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from lynxalert.engine.shared.joined import (
    PROBE,
    PROBES,
    TARGET,
    carrying,
    fixed,
    reading,
    select_from,
    stage,
    told,
)
from lynxalert.engine.shared.literals import PREFIX, Lifted, finds_rows, spell_equalities
from lynxalert.engine.shared.parts import ROWS, Parts
from lynxalert.engine.shared.shape import Shape
from lynxalert.functions.nodes import Node, binary, call, column, every, identifier, number, parameter

PARTS, KEPT = "parts", "kept"  # tables
PART, BUCKET, FIRST, BEHIND = "part", "bucket", "first", "behind"  # columns
TIME = "at"
MOST_PARTS = 250_000  # of one reading


@dataclass(frozen=True, slots=True)
class Gathering:
    """One reading of events, bound by `$start`, `$end`, `$after`, `$upto` and `$grain`, for probes that differ in *low*."""

    sql: str
    low: tuple[int, ...]
    is_found_by_hash: bool


class Parted:
    """The SELECTs of *shape*, whose aggregation is *parts* in two steps."""

    def __init__(self, shape: Shape, parts: Parts) -> None:
        self._shape, self._parts = shape, parts
        self._keys = [name for name, _ in parts.keys]
        self.weights = [name for name, _ in parts.weights]
        self.high = [f"{PREFIX}{n}" for n in range(shape.border, shape.border + len(shape.kinds))]
        self.adding: str = self._adding()
        self.merging: str = self._merging()

    def gathering(self, constants: Sequence[Lifted | None]) -> Gathering:
        """For probes that share the *constants* up to the aggregation that are not None."""
        low = tuple(n for n, constant in enumerate(constants) if constant is None)
        names = [f"{PREFIX}{n}" for n in low]
        before = [fixed(cte, constants.__getitem__) for cte in self._shape.before]
        for cte in before:
            spell_equalities(cte.this)
        is_found_by_hash = any(finds_rows(cte.this) for cte in before)
        ctes = [_newer(self._shape.scan, self._shape.over), _fan(self._shape.scan, names)]
        ctes += [carrying(cte, [PROBE, TIME, *names]) for cte in before]
        parts = fixed(self._grouped(), constants.__getitem__).this
        reading(parts, ctes[-1].alias)
        if before:
            reading(ctes[2], ctes[1].alias)
        parts.set("with_", exp.With(expressions=ctes))
        return Gathering(parts.sql(dialect="duckdb", copy=False), low, is_found_by_hash)

    def _grouped(self) -> exp.CTE:
        """The aggregation by probe and bucket as well, and what it makes of rows."""
        bucket = exp.IntDiv(this=call("epoch_us", column(TIME)), expression=parameter("grain"))
        by = [*(node for _, node in self._parts.keys), column(PROBE), bucket]
        shown = [
            *(_named(node, name) for name, node in self._parts.keys),
            _named(column(PROBE), PART),
            _named(bucket, BUCKET),
            _named(call("count", exp.Star()), ROWS),
            *(_named(each.of_rows, each.name) for each in self._parts.columns),
            *(_named(node, name) for name, node in self._parts.weights),
        ]
        select = exp.Select(expressions=shown)
        where = self._shape.aggregate.this.args.get("where")
        if where is not None:
            select.set("where", where.copy())
        select.set("group", exp.Group(expressions=[node.copy() for node in by]))
        select.set("limit", exp.Limit(expression=number(MOST_PARTS + 1)))
        return stage("parts", select)

    def _merging(self) -> str:
        """The parts of one bucket as one, those of buckets before `$first` and of probes not *kept* left out."""
        names = [*self._keys, PART, BUCKET]
        rows = exp.Cast(this=call("sum", column(ROWS)), to=exp.DataType.build("BIGINT"))
        shown = [
            *(column(name) for name in names),
            _named(rows, ROWS),
            *(_named(each.added, each.name) for each in self._parts.columns),
        ]
        select = select_from(shown, PARTS, "s")
        kept = exp.Table(this=identifier(KEPT))
        select.set("joins", [exp.Join(this=kept, using=[identifier(PART)], kind="SEMI")])
        select.set("where", exp.Where(this=binary(">=", column(BUCKET), parameter("first"))))
        select.set("group", exp.Group(expressions=[column(name) for name in names]))
        return select.sql(dialect="duckdb", copy=False)

    def _adding(self) -> str:
        names = [*self._keys, *(each.alias for each in self._parts.whole)]
        groups = select_from(
            [*(column(name, "s") for name in self._keys), *(each.copy() for each in self._parts.whole)],
            PARTS,
            "s",
        )
        groups.append("expressions", column(PROBE, "p"))
        probes = exp.Table(this=identifier(PROBES), alias=exp.TableAlias(this=identifier("p")))
        inside = [
            binary("=", column(PART, "s"), column(PART, "p")),
            binary(">=", column(BUCKET, "s"), column(FIRST, "p")),
            binary("<", column(BUCKET, "s"), column(BEHIND, "p")),
        ]
        groups.set("joins", [exp.Join(this=probes, on=every(inside))])
        by = [*(column(name, "s") for name in self._keys), column(PROBE, "p")]
        groups.set("group", exp.Group(expressions=by))
        empty: exp.Select | None = None
        if not self._shape.is_keyed:
            empty = select_from([each.copy() for each in self._parts.whole], PARTS, "s")
            empty.set("where", exp.Where(this=exp.false()))
        ctes = [stage("groups", groups), *told("groups", empty, names, self.high)]
        after = [carrying(cte.copy(), [TARGET, *self.high]) for cte in self._shape.after]
        final: exp.Select = self._shape.final.copy()
        reading(after[0] if after else final, "told")
        final.set("expressions", [column(TARGET), *final.expressions])
        final.set("with_", exp.With(expressions=[*ctes, *after]))
        return final.sql(dialect="duckdb", copy=False)


def _newer(scan: exp.CTE, over: str) -> exp.CTE:
    """The scan of the events that came after `$after`, up to and with `$upto`, each with its time."""
    scan = scan.copy()
    for select in scan.find_all(exp.Select):
        if select.args.get("from_") is None:  # of no stream at all
            time: Node = exp.Cast(this=exp.Null(), to=exp.DataType.build("TIMESTAMP"))
            select.append("expressions", _named(time, TIME))
            continue
        select.append("expressions", _named(column(over, "e"), TIME))
        came = column("_seq", "e")
        select.args["where"].set(
            "this",
            every(
                [
                    select.args["where"].this,
                    binary(">", came, parameter("after")),
                    binary("<=", came.copy(), parameter("upto")),
                ]
            ),
        )
    return scan


def _fan(scan: exp.CTE, names: Sequence[str]) -> exp.CTE:
    """Every event beside every probe."""
    first = scan.this.find(exp.Select)
    assert first is not None
    shown = [column(each.alias, "s") for each in first.expressions]
    shown += [column(TIME, "s"), *(column(name, "p") for name in (PROBE, *names))]
    select = select_from(shown, scan.alias, "s")
    probes = exp.Table(this=identifier(PROBES), alias=exp.TableAlias(this=identifier("p")))
    select.set("joins", [exp.Join(this=probes, on=exp.true())])
    return stage("fan", select)


def _named(node: Node, name: str) -> Node:
    return exp.Alias(this=node.copy(), alias=identifier(name))
