"""What a query asks to have written, as values: a query itself writes nothing.

The engine hands the rows over with their sink; whoever ran the query and means it to write performs it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lynxalert.lang import Code, Diagnostic, QueryError
from lynxalert.lang.ast import Query, Stage
from lynxalert.lang.walk import nodes
from lynxalert.plan.result import Row

WRITING = ("collect", "outputlookup")  # the commands that make sinks


@dataclass(frozen=True, slots=True)
class LookupSink:
    """A lookup of the folder of lookups: replaced, or with *append* or *key* added to.

    Rows whose field *key* equals that of a row there change it, with *update*. Of no rows, an empty lookup is made
    (*create_empty*), and one that exists is emptied (*override_if_empty*).
    """

    name: str
    append: bool = False
    key: str | None = None
    update: bool = True
    create_empty: bool = True
    override_if_empty: bool = True


@dataclass(frozen=True, slots=True)
class EventSink:
    """An index of the store. *marker* is put into every event."""

    index: str
    source: str
    sourcetype: str
    host: str | None = None
    marker: str = ""


Sink: TypeAlias = LookupSink | EventSink


@dataclass(frozen=True, slots=True)
class Output:
    """Rows for a sink: *columns* in order, values as in a result. *time* is that of rows that have none."""

    sink: Sink
    columns: tuple[str, ...]
    rows: Sequence[Row]
    time: dt.datetime


def writing(query: Query) -> Iterator[Stage]:
    """The stages of *query* that write, those of queries inside it included."""
    return (node for node in nodes(query) if isinstance(node, Stage) and node.command in WRITING)


def refuse_writing(query: Query, why: str, help_: str | None = None) -> None:
    """Let no query pass that writes.

    Raises:
        QueryError: it does.
    """
    refused = [
        Diagnostic(Code.REFUSED_COMMAND, f"`{stage.command}` writes, and {why}", stage.name_span, help_)
        for stage in writing(query)
    ]
    if refused:
        raise QueryError(query.source, refused)
