"""What Elasticsearch's clients ask before they send: who is there, its licence, health, nodes, templates, policies.

Nothing here changes anything: a template that a shipper installs is acknowledged, and the catalog of fields goes on
finding types by itself.
"""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.access import authorise
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.protocols.elastic_answers import CAT_HEALTH, CLUSTER, INSTALLED, answer_of, is_below
from lynxalert.api.protocols.elastic_reply import PRODUCT, refuse, reply
from lynxalert.api.refusal import speaking

IDENTITY = "bHlueGFsZXJ0LWNsdXN0ZXI"  # one for all: clients only compare it with itself


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


@speaking(refuse)
async def asked(request: web.Request) -> web.Response:
    """Whatever else begins with `_`: an answer clients are content with, or 400 in Elasticsearch's words."""
    authorise(request, "elasticsearch")
    path = request.match_info["path"].strip("/")
    if request.method in {"GET", "HEAD"}:
        if path.startswith("_cat/health"):
            return web.Response(text=CAT_HEALTH, headers=PRODUCT)
        found = answer_of(path)
        if found is not None:
            return reply(request, found)
    installs = is_below(path, INSTALLED)
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
