"""A query over events, answered one row after the other."""

from __future__ import annotations

import datetime as dt

from lynxalert.lang import ast, parse
from tests.reference.commands import COMMANDS
from tests.reference.expressions import Moment
from tests.reference.stage import Stage
from tests.reference.table import Table


def run(text: str, events: Table, now: dt.datetime) -> Table:
    """The result of the query *text* over *events* (newest first) at the time *now*."""
    return answer(parse(text), events, Moment(now))


def answer(query: ast.Query, events: Table, moment: Moment, given: Table | None = None) -> Table:
    """The stages in turn, over *given* or else over the events."""

    def inner(subsearch: ast.Query, over: Table | None) -> Table:
        return answer(subsearch, events, moment, over)

    table = events if given is None else given
    for stage in query.stages:
        table = COMMANDS[stage.command](table, Stage(stage.clauses, moment, inner))
    return table
