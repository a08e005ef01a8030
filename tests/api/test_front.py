"""`GET /` for people: what is wrong stands first, nothing of the outside is markup, nobody without a key sees alerts."""

from __future__ import annotations

import pathlib

import pytest

from tests.api.house import CONFIG, House, living

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_alerts_that_need_somebody_stand_first(house: House) -> None:
    await house.create(name="Calm <b>waters</b>")
    await house.create(name="Zebra on fire", q="level=error | stats count as errors | where errors > 2")
    await house.log(5)

    async def fired() -> bool:
        return b">triggered<" in (await house.ask("GET", "/", headers=BROWSER)).raw

    await house.until(fired, minutes=1)
    answer = await house.ask("GET", "/", headers=BROWSER)
    page = answer.raw.decode()
    assert page.index("Zebra on fire") < page.index("Calm &lt;b&gt;waters")
    assert "<b>" not in page
    assert 'href="/api/v1/alerts/from-file"' in page
    assert 'href="/api/v1/docs"' in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER["Accept"], "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/vnd.elasticsearch+json;compatible-with=8", "application/vnd.elasticsearch+json"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_who_asks_for_html_gets_it_and_nobody_else(shared: House, accept: str, kind: str) -> None:
    answer = await shared.ask("GET", "/", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith(kind)


async def test_alerts_are_shown_to_whoever_has_a_key(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, CONFIG.replace("[server]", '[server]\nauth = "keys"')) as house:
        assert b"From the file" not in (await house.ask("GET", "/", headers=BROWSER)).raw
        known = {**BROWSER, "X-API-Key": house.first_key or ""}
        assert b"From the file" in (await house.ask("GET", "/", headers=known)).raw
