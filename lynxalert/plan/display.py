"""Stages → stages in the order they act: `fieldformat` concerns what is shown, so it comes last or not at all."""

from __future__ import annotations

from dataclasses import replace

from lynxalert.lang.ast import Query

FORMAT = "fieldformat"


def shown_last(query: Query) -> Query:
    """*query* with what only formats at its end."""
    formats = tuple(stage for stage in query.stages if stage.command == FORMAT)
    if not formats:
        return query
    return replace(query, stages=(*unformatted(query).stages, *formats))


def unformatted(query: Query) -> Query:
    """*query* without what only formats: nobody looks at the result of a query inside another."""
    return replace(query, stages=tuple(stage for stage in query.stages if stage.command != FORMAT))
