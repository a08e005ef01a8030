"""`client.alerts`: definitions, trials, records, and reasons to stay quiet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from lynxalert.client.connection import Answer, Connection
from lynxalert.client.pages import every

if TYPE_CHECKING:
    from lynxalert.api.shapes.alert import ShownAlert
    from lynxalert.api.shapes.records import (
        Acknowledgement,
        ShownDelivery,
        ShownEvaluation,
        ShownInstance,
        ShownTransition,
    )
    from lynxalert.api.shapes.trials import DryRun
from lynxalert.api.shapes.backtests import ShownBacktest
from lynxalert.api.shapes.trials import TestOutcome

PATH = "/api/v1/alerts"


class Alerts:
    """The alerts of a daemon. *alert_id* is an id, or the key of an alert of its file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def every(self, **chosen: Any) -> AsyncIterator[ShownAlert]:
        """All of them, as *chosen* (`status`, `enabled`, `label`, `q`, `source`, `sort`), page by page."""
        return every(self._connection, PATH, "alerts", chosen)

    async def get(self, alert_id: str) -> ShownAlert:
        """One of them."""
        return cast("ShownAlert", (await self._ask("GET", alert_id)).data)

    async def create(self, **fields: Any) -> ShownAlert:
        """A new one with these fields of a definition."""
        return cast("ShownAlert", (await self._connection.ask("POST", PATH, fields)).data)

    async def replace(
        self, alert_id: str, fields: Mapping[str, Any], *, if_match: str | None = None
    ) -> ShownAlert:
        """Put the definition *fields* in the place of its own; *if_match*: only if its state still is this `ETag`."""
        return cast("ShownAlert", (await self._change("PUT", alert_id, fields, if_match)).data)

    async def change(self, alert_id: str, *, if_match: str | None = None, **fields: Any) -> ShownAlert:
        """Replace these fields; None goes back to the default."""
        return cast("ShownAlert", (await self._change("PATCH", alert_id, fields, if_match)).data)

    async def delete(self, alert_id: str) -> None:
        """Remove it; what fires ends."""
        await self._ask("DELETE", alert_id)

    async def etag(self, alert_id: str) -> str:
        """The name of the state its definition is in."""
        return (await self._ask("GET", alert_id)).headers.get("ETag", "")

    async def test(self, alert_id: str, **fields: Any) -> DryRun:
        """What an evaluation would do now, with *fields* instead of its own; `at` looks at another moment."""
        return cast("DryRun", (await self._ask("POST", alert_id, "/test", fields)).data)

    async def test_definition(self, **fields: Any) -> DryRun:
        """The same for a definition that is not saved."""
        return cast("DryRun", (await self._connection.ask("POST", f"{PATH}/test", fields)).data)

    async def test_channels(self, alert_id: str) -> list[TestOutcome]:
        """Send a real test message to every enabled channel."""
        return cast(
            "list[TestOutcome]", (await self._ask("POST", alert_id, "/test-channels")).data["results"]
        )

    async def backtest(self, alert_id: str, **asked: Any) -> ShownBacktest:
        """What it would have told: `earliest`, `latest`, `against`, `sweep`, and fields instead of its own."""
        return cast("ShownBacktest", (await self._ask("POST", alert_id, "/backtest", asked)).data)

    async def mute(
        self,
        alert_id: str,
        *,
        until: str | None = None,
        duration: str | None = None,
        reason: str | None = None,
    ) -> ShownAlert:
        """Keep it quiet until then, for so long, or until unmuted."""
        body = {"until": until, "duration": duration, "reason": reason}
        return cast("ShownAlert", (await self._ask("POST", alert_id, "/mute", body)).data)

    async def unmute(self, alert_id: str, *, tell_still_firing: bool = False) -> ShownAlert:
        """Let it speak again: from the next transition on, or at once of what still fires."""
        body = {"notify": "still_firing" if tell_still_firing else "next_transition"}
        return cast("ShownAlert", (await self._ask("POST", alert_id, "/unmute", body)).data)

    async def acknowledge(
        self, alert_id: str, key: Mapping[str, Any] | None = None, *, note: str | None = None
    ) -> list[Acknowledgement]:
        """No more repeats of what fires, of the instance *key* or of all."""
        answer = await self._ask("POST", alert_id, "/ack", {"key": key, "note": note})
        return cast("list[Acknowledgement]", answer.data["acknowledged"])

    async def instances(self, alert_id: str) -> list[ShownInstance]:
        """Where each of its instances stands."""
        return cast("list[ShownInstance]", (await self._ask("GET", alert_id, "/instances")).data["instances"])

    def history(self, alert_id: str) -> AsyncIterator[ShownTransition]:
        """Its transitions, newest first."""
        return every(self._connection, _path(alert_id, "/history"), "history")

    def notifications(self, alert_id: str) -> AsyncIterator[ShownDelivery]:
        """What was owed to its channels, newest first."""
        return every(self._connection, _path(alert_id, "/notifications"), "notifications")

    def evaluations(self, alert_id: str) -> AsyncIterator[ShownEvaluation]:
        """Its evaluations, newest first."""
        return every(self._connection, _path(alert_id, "/evaluations"), "evaluations")

    async def _ask(self, method: str, alert_id: str, below: str = "", body: Any = None) -> Answer:
        return await self._connection.ask(method, _path(alert_id, below), body)

    async def _change(
        self, method: str, alert_id: str, fields: Mapping[str, Any], if_match: str | None
    ) -> Answer:
        headers = {"If-Match": if_match} if if_match else None
        return await self._connection.ask(method, _path(alert_id), dict(fields), headers=headers)


def _path(alert_id: str, below: str = "") -> str:
    return f"{PATH}/{quote(alert_id, safe='')}{below}"
