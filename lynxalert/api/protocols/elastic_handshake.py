"""What Elasticsearch's clients ask before they send: who is there, its licence, health, nodes, templates, policies.

Nothing here changes anything: a template that a shipper installs is acknowledged, and the catalog of fields goes on
finding types by itself.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lynxalert.api.access import authorise
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.protocols.elastic_reply import PRODUCT, refuse, reply
from lynxalert.api.refusal import speaking

CLUSTER = "lynxalert"
IDENTITY = "bHlueGFsZXJ0LWNsdXN0ZXI"  # one for all: clients only compare it with itself
FAR = 4_102_444_800_000  # ms since 1970: 2100, when the licence that clients ask for ends


@speaking(refuse)
async def greeting(request: web.Request) -> web.Response:
    """`GET /`: as an Elasticsearch of the configured version."""
    authorise(request, "elasticsearch")
    number = request.app[CONFIGURATION].settings.ingest.elasticsearch.version
    version = {
        "number": number,
        "build_flavor": "default",
        "build_type": "docker",
        "build_hash": "0" * 40,
        "build_date": "2026-01-01T00:00:00.000000000Z",
        "build_snapshot": False,
        "lucene_version": "10.3.0",
        "minimum_wire_compatibility_version": "7.17.0",
        "minimum_index_compatibility_version": "7.0.0",
    }
    return reply(
        request,
        {
            "name": CLUSTER,
            "cluster_name": CLUSTER,
            "cluster_uuid": IDENTITY,
            "version": version,
            "tagline": "You Know, for Search",
        },
    )


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


@speaking(refuse)
async def asked(request: web.Request) -> web.Response:
    """Whatever else begins with `_`: an answer clients are content with, or 400 in Elasticsearch's words."""
    authorise(request, "elasticsearch")
    path = request.match_info["path"].strip("/")
    if request.method in {"GET", "HEAD"}:
        if path.startswith("_cat/health"):
            return web.Response(text=CAT_HEALTH, headers=PRODUCT)
        found = _answer(path)
        if found is not None:
            return reply(request, found)
    installs = _below(path, INSTALLED)
    if request.method in {"PUT", "POST", "DELETE"} and (installs or path.endswith(("/_refresh", "_refresh"))):
        return reply(request, {"acknowledged": True})
    reason = f"no handler found for uri [/{path}] and method [{request.method}]"
    return reply(request, {"error": reason}, status=400)


@speaking(refuse)
async def index(request: web.Request) -> web.Response:
    """`HEAD, PUT /{index}`: every index is there already, and may be made."""
    authorise(request, "elasticsearch")
    if request.method == "HEAD":
        return reply(request, {})
    name = request.match_info["index"]
    return reply(request, {"acknowledged": True, "shards_acknowledged": True, "index": name})


def _answer(path: str) -> Any:
    if path in EXACT:
        return ANSWERS[path]
    for name in ("_cluster/health", "_nodes", "_data_stream"):
        if _below(path, (name,)):
            return ANSWERS[name]
    return {} if _below(path, INSTALLED) else None


def _below(path: str, names: tuple[str, ...]) -> bool:
    return any(path == name or path.startswith(f"{name}/") for name in names)
