"""What a provider told for good survives the process, and tells nobody a secret."""

from __future__ import annotations

from sqlalchemy import select

from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from lynxalert.state import Database, learned
from lynxalert.state.tables import meta
from tests.notify.occasions import made, occasion
from tests.notify.provider import Answer, client, serving

MOVED = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: group chat was upgraded to a supergroup chat",
    "parameters": {"migrate_to_chat_id": -1001234567890},
}


async def test_a_group_that_moved_is_followed_after_a_restart(database: Database) -> None:
    async with serving() as provider:
        provider.answers = [Answer(400, MOVED)]
        channel = made("telegram", bot_token="1:CANARY", chat_id=-5, api_url=provider.url)
        for _ in range(2):
            async with client() as http:
                await learned.remember(http.learned, database)
                await send(channel, compose(occasion(), channel), http)
        assert [one.json["chat_id"] for one in provider.requests] == [
            "-5",
            "-1001234567890",
            "-1001234567890",
        ]
    async with database.read() as tx:
        rows = (await tx.execute(select(meta.c.name, meta.c.value))).all()
    assert [row.value for row in rows] == ["-1001234567890"]
    assert "CANARY" not in str(rows)
