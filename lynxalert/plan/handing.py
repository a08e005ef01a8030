"""Rows that are handed to a sink as they pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lynxalert.plan.beside import passed
from lynxalert.plan.relation import Handed, Project, Relation
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import Sink

if TYPE_CHECKING:
    import pyarrow as pa


def handed(relation: Relation, sink: Sink, scope: Scope) -> Relation:
    """*relation*, whose visible columns go to *sink* when the query runs; the hidden ones pass too."""
    schema = relation.schema
    every = Schema((*schema.columns, *schema.hidden))

    def lower(table: pa.Table) -> Relation:
        return passed(table, schema, {}, scope)

    return Handed(Project(relation, every), sink, schema.names, lower)
