"""Relation → rows. The only package that knows DuckDB and SQL."""

from lynxalert.engine.catalog import Catalog, EventSource, StoredField, StoredStream
from lynxalert.engine.compiler import CompiledQuery, Compiler
from lynxalert.engine.lookups import LookupFolder
from lynxalert.engine.run import QueryFailed, QueryTimeOut, StoreDamaged
from lynxalert.engine.runner import Engine

__all__ = [
    "Catalog",
    "CompiledQuery",
    "Compiler",
    "Engine",
    "EventSource",
    "LookupFolder",
    "QueryFailed",
    "QueryTimeOut",
    "StoreDamaged",
    "StoredField",
    "StoredStream",
]
