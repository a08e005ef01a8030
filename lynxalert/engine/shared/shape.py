"""CompiledQuery → Shape: its SQL cut at the aggregation, constants lifted; queries of one shape share a reading."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from lynxalert.engine.catalog import Catalog
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.scalars import name_of
from lynxalert.engine.shared.footing import scanned
from lynxalert.engine.shared.literals import Lifted, lift
from lynxalert.engine.shared.parts import Parts, parted
from lynxalert.engine.sources import chosen
from lynxalert.engine.sql import Stages, render_into
from lynxalert.functions.nodes import Node
from lynxalert.plan.relation import Scan
from lynxalert.plan.shape import shared_aggregate

PLAIN = {"expressions", "from_", "where", "group"}  # the parts of a SELECT that judges row by row
BOUND = {"start", "end", "now"}


@dataclass(frozen=True, slots=True)
class Shape:
    """Stages of SQL, each reading the one before: *scan*, *before*, *aggregate*, *after*, *final*.

    *text* spells all of it and is the same for queries that differ in lifted constants only. *low* are those up to
    the aggregation, *high* those behind it, numbered on from *border*, of the types *kinds*. *is_keyed*: grouped by
    something. *uses_now*: what it says depends on T beyond its window. *over*: the time that windows are laid over.
    *parts*: its aggregation in two steps, where that says the same.
    """

    text: str
    scan: exp.CTE
    before: tuple[exp.CTE, ...]
    aggregate: exp.CTE
    after: tuple[exp.CTE, ...]
    final: exp.Select
    low: tuple[Lifted, ...]
    high: tuple[Lifted, ...]
    border: int
    is_keyed: bool
    uses_now: bool
    over: str
    kinds: tuple[str, ...]
    parts: Parts | None


def shape_of(compiled: CompiledQuery) -> Shape | None:
    """The shape of a query; None where it must be run by itself."""
    if not compiled.pending.known or len(compiled.scope.windows) != 1:
        return None
    aggregate = shared_aggregate(compiled.relation)
    if aggregate is None:
        return None
    stages = Stages(compiled.catalog)
    final = render_into(stages, compiled.relation)
    named = next(name for made, name in stages.made.values() if made is aggregate)
    place = next(n for n, cte in enumerate(stages.ctes) if cte.alias == named)
    if stages.tables or place == 0 or not _is_chain(stages.ctes, final):
        return None
    scan = scanned(compiled.relation)
    return _cut(stages.ctes, place, final, scan, _homes(compiled.catalog, scan, stages.ctes[0]))


def _cut(ctes: list[exp.CTE], place: int, final: exp.Select, scan: Scan, homes: str) -> Shape:
    constants: list[Lifted] = []
    for cte in ctes[1 : place + 1]:
        lift(cte.this, constants)
    border = len(constants)
    for cte in ctes[place + 1 :]:
        lift(cte.this, constants)
    final.set("with_", None)
    parts = [
        *(cte.sql(dialect="duckdb", copy=False) for cte in ctes),
        final.sql(dialect="duckdb", copy=False),
    ]
    uses_now = any(each.name == "now" for cte in ctes for each in cte.find_all(exp.Placeholder))
    return Shape(
        text="\n".join([*parts, homes, str(border), *(each.type for each in constants)]),
        scan=ctes[0],
        before=tuple(ctes[1:place]),
        aggregate=ctes[place],
        after=tuple(ctes[place + 1 :]),
        final=final,
        low=tuple(constants[:border]),
        high=tuple(constants[border:]),
        border=border,
        is_keyed=ctes[place].this.args.get("group") is not None,
        uses_now=uses_now,
        over=scan.over,
        kinds=tuple(each.type for each in constants[border:]),
        parts=None if uses_now else parted(ctes[place].this),
    )


def _homes(catalog: Catalog, scan: Scan, read: exp.CTE) -> str:
    """Where the fields that are *read* live, and as what: a column that was widened has the name it had before."""
    shown = {each.alias for each in read.this.find(exp.Select).expressions}
    names = sorted(each.name for each in scan.schema.columns if name_of(each) in shown)
    streams = chosen(catalog, scan.indexes)
    return repr([(stream.table, [stream.fields.get(name) for name in names]) for stream in streams])


def _is_chain(ctes: list[exp.CTE], final: exp.Select) -> bool:
    """Whether every stage reads the one before it and nothing else, row by row."""
    parts = [*(cte.this for cte in ctes[1:]), final]
    sources = [cte.alias for cte in ctes]
    chained = all(_reads(part, source) for part, source in zip(parts, sources, strict=True))
    plain = all({name for name, held in part.args.items() if held} <= PLAIN for part in parts[:-1])
    return chained and plain and not any(map(_is_more, (*(cte.this for cte in ctes[1:]), ctes[0].this)))


def _reads(part: Node, source: str) -> bool:
    return isinstance(part, exp.Select) and part.args["from_"].this.name == source


def _is_more(part: Node) -> bool:
    if part.find(exp.Window, exp.Subquery, exp.Star) and not isinstance(part, exp.Select):
        return True
    if any(each.name not in BOUND for each in part.find_all(exp.Placeholder)):
        return True
    return part.find(exp.Window, exp.Subquery) is not None
