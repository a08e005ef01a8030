"""`GET /`: a page for people; programs that ask there are Elasticsearch's clients, and greeted as they expect."""

from __future__ import annotations

import importlib.metadata

from aiohttp import web

from lynxalert.api.protocols.elastic_handshake import greeting

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>LynxAlert</title>
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222}}
code{{background:#f2f2f2;padding:.1rem .3rem}}</style>
<h1>LynxAlert {version}</h1>
<p>Alerting on logs. This daemon speaks HTTP and JSON:</p>
<ul>
<li><a href="/api/v1/alerts">alerts</a> · <a href="/health">health</a> · <a href="/metrics">metrics</a>
<li>send events: <code>curl --data-binary @app.log {url}/api/v1/ingest</code>
<li>ask them: <code>curl -G {url}/api/v1/query --data-urlencode 'q=error | stats count by host'</code>
</ul>
</html>
"""


async def front(request: web.Request) -> web.StreamResponse:
    """The page if the client asks for HTML, else Elasticsearch's greeting."""
    if "text/html" not in request.headers.get("Accept", ""):
        return await greeting(request)
    # The address is the client's own word, so nothing of it but plain letters is repeated.
    host = "".join(each for each in request.host if each.isalnum() or each in ".:-[]")
    version = importlib.metadata.version("lynxalert")
    return web.Response(text=PAGE.format(version=version, url=f"http://{host}"), content_type="text/html")
