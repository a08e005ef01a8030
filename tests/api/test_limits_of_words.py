"""Reasons and notes are read in lists and messages: too long a one is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOO_LONG = "must have at most 1,000 characters"


async def test_reasons_and_notes_have_a_length(shared: House) -> None:
    path = f"/api/v1/alerts/{(await shared.create())['id']}"
    asked: list[tuple[str, dict[str, Any], str]] = [
        (f"{path}/mute", {"reason": "x" * 100_000}, "reason"),
        (f"{path}/ack", {"note": "x" * 1_001}, "note"),
        ("/api/v1/silences", {"matchers": ["host=a"], "reason": "x" * 1_001}, "reason"),
    ]
    for where, body, name in asked:
        refused = await shared.ask("POST", where, body)
        assert (refused.status, refused.error["message"]) == (422, f"{name} {TOO_LONG}")
    assert (await shared.ask("POST", f"{path}/mute", {"reason": "x" * 1_000})).status == 200
