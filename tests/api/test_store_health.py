"""Limits over HTTP, and what `/health` says of the event store when its disk or its file is not as it should be."""

from __future__ import annotations

import os
import pathlib

import duckdb

from lynxalert.events.database import BLOCK
from tests.api.house import CONFIG, living

LIMITED = '\n[ingest.limits."chatty"]\nrate = "1/m"\nsize = "1KB"\n'
HEADERS = 3 * 4096  # bytes before the first block of a database
FULL = '\n[store]\nkeep_free = "900000GB"\n'


async def test_a_database_made_again_is_told(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path) as house:
        await house.log(3)
    file = tmp_path / "data" / "events.duckdb"
    file.write_bytes(b"nothing that can be read")
    async with living(tmp_path) as house:
        store = (await house.ask("GET", "/health")).data["store"]
        assert store["status"] == "ok"
        assert store["database_made_again"]["moved_to"] == f"{file}.damaged-1"
        assert store["database_made_again"]["events_restored"] == 3
        assert store["database_made_again"]["restored_since"] == "2026-02-14T12:00:00Z"
        found = await house.asked({"q": "* | stats count"})
        assert found.data["rows"] == [{"count": 3}]


async def test_a_nearly_full_disk_is_told_and_refuses(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, CONFIG + FULL + "[queries]\nwrite = true\n") as house:
        answer = await house.ask("POST", "/api/v1/ingest", "a=1")
        assert (answer.status, answer.error["code"]) == (507, "STORAGE_FULL")
        assert int(answer.headers["Retry-After"]) > 0
        health = (await house.ask("GET", "/health")).data
        assert (health["status"], health["store"]["status"]) == ("degraded", "degraded")
        assert health["store"]["refusal"].endswith("are free on the disk")
        assert (await house.ask("GET", "/api/v1/query?q=*")).status == 200
        collected = await house.ask("POST", "/api/v1/query", {"q": "| makeresults | collect index=main"})
        assert (collected.status, collected.error["code"]) == (507, "STORAGE_FULL")


async def test_limits_of_a_source_over_http_are_counted_and_reloaded(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, CONFIG + LIMITED) as house:
        path = "/api/v1/ingest?source=chatty"
        taken = await house.ask("POST", path, f"short\n{'x' * 1025}")
        assert (taken.data["accepted"], taken.data["rejected"]) == (1, 1)
        refused = await house.ask("POST", path, "again")
        assert (refused.status, refused.error["code"]) == (429, "BACKPRESSURE")
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await house.ask("POST", "/api/v1/ingest?source=calm", "a")).data["accepted"] == 1
        metrics = (await house.ask("GET", "/metrics")).raw.decode()
        too_long = "longer than the 1,000 characters that `chatty` may send"
        for outcome, reason in (("accepted", ""), ("rejected", too_long), ("refused", "Backpressure")):
            labels = f'outcome="{outcome}",reason="{reason}",source="chatty"'
            assert f"lynxalert_ingest_events_total{{{labels}}} 1.0" in metrics
        house.file.write_text(house.file.read_text().replace('"1/m"', '"1000/s"'))
        assert (await house.ask("POST", "/api/v1/config/reload")).status == 200
        assert (await house.ask("POST", path, "again")).status == 200


def damage_a_block(file: pathlib.Path, source: str) -> None:
    """Spoil one block of the raw texts of *source*, as a failing disk does: the file opens as ever."""
    with duckdb.connect(file, read_only=True) as database:
        [(number,)] = database.execute("SELECT id FROM _streams WHERE stream = ?", [source]).fetchall()
        [(block,)] = database.sql(
            f"SELECT max(block_id) FROM pragma_storage_info('raw_{number}') WHERE column_name = '_raw'"
        ).fetchall()
    with file.open("r+b") as opened:
        opened.seek(HEADERS + block * BLOCK + 5_000)
        opened.write(b"damage")


async def test_a_damaged_block_is_told_and_everything_else_is_served(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path) as house:
        for source in ("whole", "broken"):
            lines = "\n".join(f"n={n} {os.urandom(40).hex()}" for n in range(3_000))
            assert (await house.ask("POST", f"/api/v1/ingest?source={source}", lines)).status == 200
    damage_a_block(tmp_path / "data" / "events.duckdb", "broken")
    async with living(tmp_path) as house:
        assert (await house.ask("GET", "/health")).data["store"]["damage"] is None
        met = await house.ask("GET", "/api/v1/query?q=*|stats+max(_raw)&latest=%2B1m")
        assert (met.status, met.error["code"]) == (500, "STORE_DAMAGED")
        assert met.error["suggestion"].startswith("queries that do not read these events go on")
        health = (await house.ask("GET", "/health")).data
        assert (health["status"], health["store"]["status"]) == ("degraded", "degraded")
        assert health["store"]["damage"] == met.error["message"]
        served = await house.ask(
            "GET", "/api/v1/query?q=source%3Dwhole+n%3D17|stats+count+by+source&latest=%2B1m"
        )
        assert served.data["rows"] == [{"source": "whole", "count": 1}]
        await house.log(2)
        everything = await house.asked({"q": "* | stats count", "latest": "+1m"})
        assert everything.data["rows"] == [{"count": 6_002}]
