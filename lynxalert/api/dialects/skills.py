"""`/compat/selftune/skills`: which skills were pushed or are configured, and the ids that alerts name them by."""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.asking import Range, ask
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.reply import encode
from lynxalert.plan import ALL_TIME

MOST = 10_000
_SEEN = (
    'source IN ("selftune/grading_results", "selftune/skill_invocations")'
    " | where isnotnull(skill_name) | stats max(_time) as last_seen by skill_name, skill_id"
)


async def index(request: web.Request) -> web.Response:
    """`GET /compat/selftune/skills`: `skill_id`, `skill_name`, `last_seen`; by name."""
    settings = request.app[CONFIGURATION].settings
    seen = await ask(request, Range(), _SEEN, ALL_TIME, limit=MOST)
    found = {(row["skill_name"], row["skill_id"]): row for row in seen.rows}
    for name, skill_id in settings.ingest.skills.items():
        found.setdefault((name, skill_id), {"skill_name": name, "skill_id": skill_id, "last_seen": None})
    skills = [found[key] for key in sorted(found, key=lambda key: tuple(map(str, key)))]
    return web.Response(body=encode({"skills": skills}), content_type="application/json")
