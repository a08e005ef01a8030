"""Query text → what is known of it, against the catalog as it is: remembered, cast from a mold, or learnt."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import partial
from threading import Lock

from lynxalert.engine.runner import Engine
from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.footing import footing_of
from lynxalert.engine.shared.known import Known, known_of
from lynxalert.engine.shared.molds import Molds
from lynxalert.engine.shared.shape import Shape, shape_of
from lynxalert.lang import QueryError
from lynxalert.lang.ast import Query

SIZE = 65_536  # queries; one takes some kilobytes


class Library:
    """What is known of the queries asked lately."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[tuple[object, ...], Known | int] = OrderedDict()  # int: version of one alone
        self._shapes: dict[str, Shape] = {}
        self._molds = Molds()
        self._lock = Lock()

    def look_up(self, ask: Ask) -> Known | None:
        """What is known of the query of *ask*; None where it does not share.

        Raises:
            QueryError: it is wrong.
        """
        key = (ask.text, ask.timezone, ask.window.over)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
        if isinstance(found, int) and found == self._engine.source.catalog().version:
            return None
        known = self._renewed(found) if isinstance(found, Known) else None
        if known is None:
            known = self._cast(ask) or self._learn(ask.text, ask.timezone, ask.window.over)
        if known is not found:
            with self._lock:
                self._known[key] = known or self._engine.source.catalog().version
                while len(self._known) > SIZE:
                    self._known.popitem(last=False)
        return known

    def stands(self, known: Known) -> bool:
        """Whether *known* is right against the present catalog as well."""
        return self._renewed(known) is not None

    def _renewed(self, known: Known) -> Known | None:
        """*known* against the present catalog; None where fields it rests on have changed."""
        catalog = self._engine.source.catalog()
        if known.version == catalog.version:
            return known
        if known.mentions is None or footing_of(catalog, known.indexes, known.mentions) != known.footing:
            return None
        return replace(known, version=catalog.version)

    def _cast(self, ask: Ask) -> Known | None:
        """What other queries of its outline say of that of *ask*."""
        if isinstance(ask.text, Query):
            return None
        outline = self._engine.compiler.read(ask.text).outline
        if outline is None:
            return None
        setting = (ask.timezone, ask.window.over)
        return self._molds.cast(outline, setting, partial(self._tried, setting), self._renewed)

    def _tried(self, setting: tuple[str, str], text: str) -> Known | None:
        try:
            return self._learn(text, *setting)
        except QueryError:
            return None

    def _learn(self, text: str | Query, timezone: str, over: str) -> Known | None:
        compiled = self._engine.compile(text, timezone, over)
        shape = shape_of(compiled)
        if shape is None:
            return None
        with self._lock:
            if len(self._shapes) > len(self._known) + SIZE:
                self._shapes.clear()  # those of old catalogs
            kept = self._shapes.setdefault(shape.text, replace(shape, low=(), high=()))
        return known_of(compiled, kept, shape)
