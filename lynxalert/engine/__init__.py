"""Relation → rows. The only package that knows DuckDB and SQL."""

from lynxalert.engine.catalog import Catalog, EventSource, StoredField, StoredStream
from lynxalert.engine.compiler import CompiledQuery, Compiler
from lynxalert.engine.runner import Engine, QueryFailed, QueryTimeOut

__all__ = [
    "Catalog",
    "CompiledQuery",
    "Compiler",
    "Engine",
    "EventSource",
    "QueryFailed",
    "QueryTimeOut",
    "StoredField",
    "StoredStream",
]
