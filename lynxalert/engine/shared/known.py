"""CompiledQuery → what is kept of it between ticks: its shape, its constants, how its rows are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.engine.advice import cut_lists
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.rows import plain_rows
from lynxalert.engine.run import bounded
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.footing import Footing, footing_of, names_in, scanned
from lynxalert.engine.shared.literals import Lifted
from lynxalert.engine.shared.shape import Shape
from lynxalert.lang import Diagnostic
from lynxalert.lang.ast import Aggregation
from lynxalert.lang.walk import nodes
from lynxalert.plan import TimeWindow, Type, Value
from lynxalert.plan.scope import Bounds


@dataclass(frozen=True, slots=True)
class Known:
    """A query that shares: *shape* is kept once for all of one text, *constants* are its own."""

    version: int  # of the catalog
    shape: Shape
    constants: tuple[Lifted, ...]
    names: tuple[str, ...]
    types: tuple[Type, ...]
    warnings: tuple[Diagnostic, ...]
    indexes: tuple[str, ...]
    mentions: frozenset[str] | None  # None: any change of the catalog may concern it
    footing: Footing
    bounds: Bounds | None  # its own `earliest=` and `latest=`
    compiled: CompiledQuery | None  # kept only where one of the two below needs it

    def window(self, ask: Ask) -> TimeWindow:
        """What it reads for *ask*.

        Raises:
            QueryError: a bound of its own is no time.
        """
        if self.bounds is None or self.compiled is None:
            return ask.window
        return bounded(self.bounds, ask.window, ask.now, self.compiled.scope, self.compiled.query.source)

    def advice(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Diagnostic, ...]:
        """Every warning, those included that only the rows show."""
        cut = cut_lists(self.compiled, rows) if self.compiled is not None else ()
        return (*self.warnings, *cut)

    def rows(self, fetched: Sequence[Sequence[Any]]) -> list[dict[str, Value]]:
        """Rows as they were fetched, plain."""
        return plain_rows(self.names, self.types, fetched)


def known_of(compiled: CompiledQuery, kept: Shape, shape: Shape) -> Known:
    """What is kept of *compiled*, whose shape is *shape*, kept as *kept*."""
    columns = compiled.relation.schema.columns
    clauses = (each for each in nodes(compiled.query) if isinstance(each, Aggregation))
    lists = any(each.function.lower() == "list" for each in clauses)
    bounds = compiled.scope.windows[0]
    indexes, mentions = scanned(compiled.relation).indexes, names_in(compiled.query)
    return Known(
        version=compiled.catalog.version,
        shape=kept,
        constants=(*shape.low, *shape.high),
        names=tuple(column.name for column in columns),
        types=tuple(column.type for column in columns),
        warnings=tuple(compiled.scope.diagnostics),
        indexes=indexes,
        mentions=mentions,
        footing=() if mentions is None else footing_of(compiled.catalog, indexes, mentions),
        bounds=bounds if bounds.earliest or bounds.latest else None,
        compiled=compiled if lists or bounds.earliest or bounds.latest else None,
    )
