"""Relation → rows. The only package that knows DuckDB and SQL."""

from lynxalert.engine.catalog import Catalog, EventSource, StoredField, StoredStream
from lynxalert.engine.compiler import CompiledQuery, Compiler
from lynxalert.engine.judging import Judge, Judged
from lynxalert.engine.lookups import LookupFolder
from lynxalert.engine.rowstream import RowStream
from lynxalert.engine.run import QueryFailed, QueryStopped, QueryTimeOut, StoreDamaged
from lynxalert.engine.runner import Engine
from lynxalert.engine.watchdog import Stop

__all__ = [
    "Catalog",
    "CompiledQuery",
    "Compiler",
    "Engine",
    "EventSource",
    "Judge",
    "Judged",
    "LookupFolder",
    "QueryFailed",
    "QueryStopped",
    "QueryTimeOut",
    "RowStream",
    "Stop",
    "StoreDamaged",
    "StoredField",
    "StoredStream",
]
