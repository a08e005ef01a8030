"""`client.silences`, `.keys`, `.daemon`: what people keep quiet, who may do what, and how the daemon is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from lynxalert.client.connection import Connection
from lynxalert.client.pages import every

if TYPE_CHECKING:
    from lynxalert.api.shapes.access import FreshKey, ListedKey, ShownChange
    from lynxalert.api.shapes.quiet import ShownSilence
    from lynxalert.api.shapes.records import ShownNotification, TriedNotification
    from lynxalert.api.shapes.running import Planned, Reloaded, ShownHealth, StandingChannel


class Silences:
    """What people keep quiet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def every(self, state: str | None = None) -> AsyncIterator[ShownSilence]:
        """All there were, or those that are `pending`, `active`, `expired`."""
        return every(self._connection, "/api/v1/silences", "silences", {"state": state})

    async def create(self, matchers: Sequence[str | Mapping[str, Any]], **wish: Any) -> ShownSilence:
        """Keep quiet what *matchers* match: `starts_at`, `until` or `duration`, `reason`."""
        answer = await self._connection.ask("POST", "/api/v1/silences", {"matchers": list(matchers), **wish})
        return cast("ShownSilence", answer.data)

    async def end(self, silence_id: str, *, tell_still_firing: bool = False) -> None:
        """End it now."""
        notify = {"notify": "still_firing" if tell_still_firing else None}
        await self._connection.ask("DELETE", f"/api/v1/silences/{quote(silence_id, safe='')}", query=notify)


class Keys:
    """Who may do what."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[ListedKey]:
        """Every key, without its text."""
        return cast("list[ListedKey]", (await self._connection.ask("GET", "/api/v1/keys")).data["keys"])

    async def create(self, name: str, role: str, **wish: Any) -> FreshKey:
        """A new key, with its text: `expires_at` or `duration`, `indexes`, `sources`."""
        body = {"name": name, "role": role, **wish}
        return cast("FreshKey", (await self._connection.ask("POST", "/api/v1/keys", body)).data)

    async def revoke(self, key_id: str) -> None:
        """Refuse it from now on."""
        await self._connection.ask("DELETE", f"/api/v1/keys/{quote(key_id, safe='')}")


class Daemon:
    """How it is, what it was told, what it told."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def health(self) -> ShownHealth:
        """How each part is; a part that is down is told, not raised."""
        return cast("ShownHealth", (await self._connection.ask("GET", "/health", told=(503,))).data)

    async def channels(self) -> list[StandingChannel]:
        """Every channel with how it is."""
        answer = await self._connection.ask("GET", "/api/v1/channels")
        return cast("list[StandingChannel]", answer.data["channels"])

    def notifications(self, **chosen: Any) -> AsyncIterator[ShownNotification]:
        """What was owed to whom, newest first; `status`, `alert`, `channel` choose."""
        return every(self._connection, "/api/v1/notifications", "notifications", chosen)

    async def retry(self, notification_id: str) -> TriedNotification:
        """Owe a failed one again."""
        path = f"/api/v1/notifications/{quote(notification_id, safe='')}/retry"
        return cast("TriedNotification", (await self._connection.ask("POST", path)).data)

    def changes(self, **chosen: Any) -> AsyncIterator[ShownChange]:
        """Who changed what, newest first; `who`, `action`, `object_id`, `key_id`, `address` choose."""
        return every(self._connection, "/api/v1/audit", "changes", chosen)

    async def plan(self) -> Planned:
        """What a reload would do."""
        return cast("Planned", (await self._connection.ask("POST", "/api/v1/config/plan")).data)

    async def reload(self) -> Reloaded:
        """Read the configuration file again: all of it or nothing."""
        return cast("Reloaded", (await self._connection.ask("POST", "/api/v1/config/reload")).data)
