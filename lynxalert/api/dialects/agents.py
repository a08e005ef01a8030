"""Ids of agents → the names that their telemetry gave last."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aiohttp import web

from lynxalert.api.asking import Range, ask
from lynxalert.lang.quoting import quoted
from lynxalert.plan import ALL_TIME


async def names(request: web.Request, agents: Collection[str]) -> Mapping[str, str]:
    """The name of each of *agents* that has one."""
    if not agents:
        return {}
    query = (
        f'source="checkrd/telemetry" agent_name=* | where agent_id IN ({", ".join(map(quoted, sorted(agents)))})'
        " | stats latest(agent_name) as name by agent_id"
    )
    found = await ask(request, Range(), query, ALL_TIME, limit=len(agents))
    return {str(row["agent_id"]): str(row["name"]) for row in found.rows}
