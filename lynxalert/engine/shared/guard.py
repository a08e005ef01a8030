"""Query of whole events → the question whether it has any, which is cheap and can be shared.

What shows events finds none most of the time. A count reads the fields that are compared and no others, and is of one
shape with other counts; what the events look like is asked only where there are some.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.engine.compiler import analysed, check
from lynxalert.engine.run import bounded
from lynxalert.engine.runner import Engine
from lynxalert.engine.shared.ask import Ask
from lynxalert.lang import Diagnostic, parse
from lynxalert.lang.ast import Query
from lynxalert.lang.printer import print_query
from lynxalert.plan import Result, TimeWindow, Type
from lynxalert.plan.comparing import AGGREGATING
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import writing

NUMBER = "n"
_COUNTING = parse(f"| stats count as {NUMBER}").stages[-1]
MOST = 65_536  # queries kept; of most there is only known that they have none


@dataclass(frozen=True, slots=True)
class Guard:
    """*counting* is the text that counts the rows of *query*; the others say what its answer is while there are none."""

    version: int  # of the catalog
    counting: str
    query: Query
    names: tuple[str, ...]
    types: tuple[Type, ...]
    warnings: tuple[Diagnostic, ...]
    scope: Scope

    def count(self, ask: Ask) -> Ask:
        """How many rows the answer to *ask* has."""
        return replace(ask, text=self.counting)

    def window(self, ask: Ask) -> TimeWindow:
        """What *ask* reads.

        Raises:
            QueryError: a bound of its own is no time.
        """
        return bounded(self.scope.windows[0], ask.window, ask.now, self.scope, self.query.source)

    def nothing(self, ask: Ask, counted: Result) -> Result | None:
        """The answer to *ask*, if *counted* says that it has no rows."""
        if any(row[NUMBER] for row in counted.rows):
            return None
        return Result(
            self.names, self.types, [], counted.elapsed, warnings=self.warnings, window=self.window(ask)
        )


class Guards:
    """The guards of the queries asked lately."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[object, ...], Guard | int] = {}  # int: version at which it had none

    def of(self, ask: Ask) -> Guard | None:
        """The guard of *ask*; None where a count is not cheaper than the answer.

        Raises:
            QueryError: its query is wrong.
        """
        key = (ask.text, ask.timezone, ask.window.over)
        version = self._engine.source.catalog().version
        found = self._known.get(key)
        if isinstance(found, Guard) and found.version == version:
            return found
        if found == version:
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        guard = self._made(ask)
        self._known[key] = version if guard is None else guard
        return guard

    def _made(self, ask: Ask) -> Guard | None:
        compiler, catalog = self._engine.compiler, self._engine.source.catalog()
        query = ask.text if isinstance(ask.text, Query) else compiler.parse(ask.text)
        if query.datasets or any(stage.command in AGGREGATING for stage in query.stages):
            return None
        pending, scope = analysed(query, catalog, ask.timezone, compiler.knowledge, ask.window.over)
        check(query, scope)
        schema = pending.relation.schema
        if not (pending.known and schema.open and len(scope.windows) == 1) or any(writing(query)):
            return None
        return Guard(
            version=catalog.version,
            counting=print_query(replace(query, stages=(*query.stages, _COUNTING))),
            query=query,
            names=tuple(column.name for column in schema.columns),
            types=tuple(column.type for column in schema.columns),
            warnings=tuple(scope.diagnostics),
            scope=scope,
        )
