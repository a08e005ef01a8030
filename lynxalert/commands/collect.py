"""`collect`: the rows as events of an index."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Option, Stage
from lynxalert.plan.command import BadOption, choice, command, option
from lynxalert.plan.handing import handed
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import EventSink

INDEX = re.compile(r"[A-Za-z0-9_][\w\-]{0,99}")


def index_name(text: str) -> str:
    """A name an index may have."""
    if not INDEX.fullmatch(text):
        raise BadOption("the name of an index: letters, digits, `_` and `-`")
    return text


@command
@dataclass(frozen=True, slots=True)
class Collect:
    """Store the rows as events of an index (`summary`), so that later queries find them there.

    A row that still has its `_raw` is stored as that text, any other as a JSON object of its fields without those
    that begin with `_`. Its time is `_time`, else the start of the range of time. `marker="a=b, c=d"` adds fields
    (a text: its end), `testmode=t` stores nothing. The rows go on. Only a query that may write does so.
    """

    index: str = option("summary", index_name)
    source: str = option("collect")
    sourcetype: str = option("stash")
    host: str = option("")
    marker: str = option("")
    testmode: bool = option(default=False)
    file: str = option("")
    output_format: str = option("raw", choice("raw", "hec"))  # accepted: fields keep their kinds either way
    addtime: bool = option(default=True)  # accepted: an event always has a time
    spool: bool = option(default=True)  # accepted: events are stored at once
    run_in_preview: bool = option(default=False)  # accepted: there is no preview
    stage: Stage | None = None
    EXAMPLES = (
        (
            '| stats count by host | collect index=summary marker="report=hourly"',
            "hourly counts, kept for long",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Handed over to whoever runs the query."""
        if self.file:
            scope.report(Code.REFUSED_COMMAND, "a query writes no files", self._place(), "leave `file` out")
            return relation
        if self.testmode:
            return relation
        sink = EventSink(self.index, self.source, self.sourcetype, self.host or None, self.marker)
        return handed(relation, sink, scope)

    def _place(self) -> Span:
        assert self.stage is not None
        return next(c.span for c in self.stage.clauses if isinstance(c, Option) and c.name == "file")
