"""Query text → what is kept of it between ticks: its shape, its constants, how its rows are read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from lynxalert.engine.advice import cut_lists
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.rows import plain_rows
from lynxalert.engine.run import bounded
from lynxalert.engine.runner import Engine
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.footing import Footing, footing_of, indexes_of, names_in
from lynxalert.engine.shared.literals import Lifted
from lynxalert.engine.shared.shape import Shape, shape_of
from lynxalert.lang import Diagnostic
from lynxalert.lang.ast import Aggregation
from lynxalert.lang.walk import nodes
from lynxalert.plan import TimeWindow, Type, Value
from lynxalert.plan.scope import Bounds

SIZE = 65_536  # queries; one takes some kilobytes


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


class Library:
    """What is known of the queries asked lately, against the catalog as it is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[tuple[object, str], Known | int] = OrderedDict()  # int: version of one alone
        self._shapes: dict[str, Shape] = {}
        self._lock = Lock()

    def look_up(self, ask: Ask) -> Known | None:
        """What is known of the query of *ask*; None where it does not share.

        Raises:
            QueryError: it is wrong.
        """
        key, version = (ask.text, ask.timezone), self._engine.source.catalog().version
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
        if isinstance(found, int) and found == version:
            return None
        if isinstance(found, Known) and found.version == version:
            return found
        if isinstance(found, Known) and found.mentions is not None:
            catalog = self._engine.source.catalog()
            if footing_of(catalog, found.indexes, found.mentions) == found.footing:
                renewed = replace(found, version=catalog.version)
                with self._lock:
                    self._known[key] = renewed
                return renewed
        return self._learn(key, ask)

    def _learn(self, key: tuple[object, str], ask: Ask) -> Known | None:
        compiled = self._engine.compile(ask.text, ask.timezone)
        shape = shape_of(compiled)
        version = compiled.catalog.version
        with self._lock:
            if shape is None:
                self._known[key] = version
                return None
            if len(self._shapes) > len(self._known) + SIZE:
                self._shapes.clear()  # those of old catalogs
            kept = self._shapes.setdefault(shape.text, replace(shape, low=(), high=()))
            known = _known(compiled, kept, shape)
            self._known[key] = known
            while len(self._known) > SIZE:
                self._known.popitem(last=False)
        return known


def _known(compiled: CompiledQuery, kept: Shape, shape: Shape) -> Known:
    columns = compiled.relation.schema.columns
    clauses = (each for each in nodes(compiled.query) if isinstance(each, Aggregation))
    lists = any(each.function.lower() == "list" for each in clauses)
    bounds = compiled.scope.windows[0]
    indexes, mentions = indexes_of(compiled.relation), names_in(compiled.query)
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
