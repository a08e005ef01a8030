"""`GET /`: a page for people; programs that ask there are Elasticsearch's clients, and greeted as they expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from lynxalert.access import Role
from lynxalert.api.access import CALLER
from lynxalert.api.health import report
from lynxalert.api.keys import ALERTS
from lynxalert.api.links.html import page, text
from lynxalert.api.ports import Standing
from lynxalert.api.protocols.elastic_handshake import greeting
from lynxalert.clock import rfc3339
from lynxalert.state.listing import Wanted

MOST = 200  # alerts on the page, those that need somebody first
_LOOKS = {"triggered": "firing", "error": "firing", "ok": "ok", "degraded": "firing", "down": "firing"}
LINKS = (
    ("/api/v1/docs", "the HTTP interface"),
    ("/api/v1/openapi.json", "openapi.json"),
    ("/health", "health"),
    ("/metrics", "metrics"),
)


async def front(request: web.Request) -> web.StreamResponse:
    """The page if the client asks for HTML, else Elasticsearch's greeting."""
    if "text/html" not in request.headers.get("Accept", ""):
        return await greeting(request)
    actor = request[CALLER].actor
    if actor is not None and actor.role.covers(Role.VIEWER):
        alerts = "".join(await _alerts(request))
    else:
        alerts = "<p>Alerts are shown to whoever has a key.</p>"
    return page("LynxAlert", "".join(_health(report(request))), alerts, *_first_steps(request))


def _health(found: Mapping[str, Any]) -> Iterator[str]:
    """The whole in a word, and each part that is not well with what it says."""
    yield f"<p>Version {text(found['version'])}, {_state(found['status'])}.</p>"
    for name, part in found.items():
        if isinstance(part, Mapping) and part["status"] != "ok":
            said = next(
                (part[word] for word in ("failure", "refusal", "damage", "message") if part.get(word)), ""
            )
            ill = ", ".join(f"{each['name']} ({each['reason']})" for each in part.get("ill", ()))
            yield f"<p>{text(name)}: {_state(part['status'])} {text(said or ill)}</p>"


async def _alerts(request: web.Request) -> Iterator[str]:
    """Those that need somebody, then the others, by name."""
    ill = await request.app[ALERTS].listed(Wanted(status=("triggered", "error")), MOST, None)
    well = await request.app[ALERTS].listed(Wanted(status=("ok",)), max(1, MOST - len(ill.standings)), None)
    ranked = sorted(ill.standings, key=lambda each: each.status == "error")
    return _listed([*ranked, *well.standings], ill.total + well.total)


def _listed(standings: Sequence[Standing], total: int) -> Iterator[str]:
    if not standings:
        yield "<p>There are no alerts yet.</p>"
        return
    yield "<table><tr><th>Status<th>Alert<th>Severity<th>Last triggered<th>Last checked</tr>"
    for each in standings:
        address = f"/api/v1/alerts/{quote(each.alert.file_key or each.alert.id, safe='')}"
        name = f'<a href="{address}">{text(each.alert.name, 200)}</a>'
        quiet = "" if each.alert.enabled else ' <span class="quiet">disabled</span>'
        quiet += ' <span class="quiet">muted</span>' if each.mute is not None else ""
        cells = [_state(each.status), name + quiet, text(each.alert.severity)]
        cells += [text(rfc3339(at)) if at is not None else "" for at in (each.triggered, each.checked)]
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</table>"
    if total > len(standings):
        yield f'<p>{total - len(standings):,} more: <a href="/api/v1/alerts">all of them</a>.</p>'


def _first_steps(request: web.Request) -> Iterator[str]:
    # The address is the client's own word, so nothing of it but plain letters is repeated.
    url = "http://" + "".join(each for each in request.host if each.isalnum() or each in ".:-[]")
    yield "<p>" + " · ".join(f'<a href="{address}">{text(name)}</a>' for address, name in LINKS) + "</p>"
    yield f"<p>Send events: <code>curl --data-binary @app.log {text(url)}/api/v1/ingest</code></p>"
    query = "q=error | stats count by host"
    yield f"<p>Ask them: <code>curl -G {text(url)}/api/v1/query --data-urlencode '{text(query)}'</code></p>"


def _state(word: str) -> str:
    return f'<span class="state {_LOOKS.get(word, "ok")}">{text(word)}</span>'
