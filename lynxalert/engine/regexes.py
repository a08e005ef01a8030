"""A regular expression → whether the engine can read it. Asked of the engine itself: no copy of its grammar can drift."""

from __future__ import annotations

import threading
from functools import lru_cache

import duckdb

_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _judge() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": "1", "enable_external_access": "false"})


@lru_cache(maxsize=4096)
def accepts(pattern: str) -> bool:
    """Whether *pattern* (with groups named as RE2 does) is one; far larger ones than RE2 takes are not."""
    try:
        with _LOCK:
            _judge().execute("SELECT regexp_matches('', $1)", [pattern]).fetchone()
    except duckdb.Error:
        return False
    return True
