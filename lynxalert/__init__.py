"""Alerting on logs with an SPL-style pipe language over an embedded DuckDB.

store = lynxalert.open("events.duckdb"); store.ingest(lines); store.query("status>=500 | stats count by host").rows
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lynxalert.errors import LynxError
    from lynxalert.lang import QueryError, parse
    from lynxalert.plan import Result
    from lynxalert.store import Store, explain
    from lynxalert.store import open_store as open  # noqa: A004 - it opens a store

# The face loads what it shows only when asked, so that the command line starts fast.
_FACE = {
    "LynxError": ("lynxalert.errors", "LynxError"),
    "QueryError": ("lynxalert.lang", "QueryError"),
    "Result": ("lynxalert.plan", "Result"),
    "Store": ("lynxalert.store", "Store"),
    "explain": ("lynxalert.store", "explain"),
    "open": ("lynxalert.store", "open_store"),
    "parse": ("lynxalert.lang", "parse"),
}

__version__ = "0.1.0"
__all__ = ["LynxError", "QueryError", "Result", "Store", "__version__", "explain", "open", "parse"]


def __getattr__(name: str) -> Any:
    """The member of the face called *name*."""
    if name not in _FACE:
        raise AttributeError(f"module 'lynxalert' has no attribute '{name}'")
    module, attribute = _FACE[name]
    return getattr(importlib.import_module(module), attribute)
