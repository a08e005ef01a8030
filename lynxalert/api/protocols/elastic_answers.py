"""What is said to Elasticsearch's clients that look around: constants, by path."""

from __future__ import annotations

from typing import Any

CLUSTER = "lynxalert"
FAR = 4_102_444_800_000  # ms since 1970: 2100, when the licence that clients ask for ends

LICENCE = {
    "status": "active",
    "uid": "00000000-0000-0000-0000-000000000000",
    "type": "basic",
    "mode": "basic",
    "expiry_date_in_millis": FAR,
}
HEALTH = {
    "cluster_name": CLUSTER,
    "status": "green",
    "timed_out": False,
    "number_of_nodes": 1,
    "number_of_data_nodes": 1,
    "active_primary_shards": 1,
    "active_shards": 1,
    "unassigned_shards": 0,
}
OFF = {"available": True, "enabled": False}
XPACK = {
    "license": LICENCE,
    "features": {"ilm": {"available": True, "enabled": True}, "monitoring": OFF, "security": OFF},
}
# A client that looks for other nodes finds none and stays with the address it has.
NODES = {"_nodes": {"total": 0, "successful": 0, "failed": 0}, "cluster_name": CLUSTER, "nodes": {}}
ANSWERS: dict[str, Any] = {
    "_license": {"license": LICENCE},
    "_xpack": XPACK,
    "_xpack/license": {"license": LICENCE},
    "_cluster/health": HEALTH,
    "_cluster/settings": {"persistent": {}, "transient": {}},
    "_nodes": NODES,
    "_data_stream": {"data_streams": []},
    "_cat/indices": [],
}
EXACT = frozenset({"_license", "_xpack", "_xpack/license", "_cluster/settings", "_cat/indices"})
# Things that clients look for and install; each is said to be there, and to be taken.
INSTALLED = (
    "_index_template",
    "_template",
    "_component_template",
    "_ilm",
    "_ingest/pipeline",
    "_alias",
    "_aliases",
    "_data_stream",
    "_logstash",
    "_security",
    "_slm",
    "_xpack",
)
CAT_HEALTH = "1771070400 12:00:00 lynxalert green 1 1 1 1 0 0 0 0 - 100.0%\n"


def answer_of(path: str) -> Any:
    """What is said to a GET of *path*; None where nothing is known."""
    if path in EXACT:
        return ANSWERS[path]
    for name in ("_cluster/health", "_nodes", "_data_stream"):
        if is_below(path, (name,)):
            return ANSWERS[name]
    return {} if is_below(path, INSTALLED) else None


def is_below(path: str, names: tuple[str, ...]) -> bool:
    """Whether *path* is one of *names* or lies under one."""
    return any(path == name or path.startswith(f"{name}/") for name in names)
