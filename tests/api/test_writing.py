"""Queries that write, over HTTP: refused unless the configuration allows it, never by GET, done when they answer."""

from __future__ import annotations

import pathlib
from urllib.parse import quote

from tests.api.house import CONFIG, House, living

WRITES = CONFIG + "\n[queries]\nwrite = true\n"


async def test_a_query_only_reads_unless_the_configuration_says_otherwise(house: House) -> None:
    for text in ("| makeresults | outputlookup t", "| makeresults | collect index=made"):
        answer = await house.ask("POST", "/api/v1/query", {"q": text})
        assert answer.status == 422
        assert "writes, and this query may only read" in answer.error["message"]
    assert not (house.folder / "lookups").exists()


async def test_a_query_that_may_write_has_written_when_it_answers(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, WRITES) as house:
        await house.log(3, service="shop")
        text = "service=shop | stats count by service | outputlookup services | collect index=made"
        answer = await house.asked({"q": text})
        assert answer.data["rows"] == [{"service": "shop", "count": 3}]
        assert (tmp_path / "lookups" / "services.csv").read_text(
            encoding="utf-8"
        ) == "service,count\nshop,3\n"
        found = await house.asked({"q": "index=made | lookup services service OUTPUT count as again"})
        assert [(row["service"], row["count"], row["again"]) for row in found.data["rows"]] == [
            ("shop", 3, "3")
        ]
        refused = await house.ask("GET", f"/api/v1/query?q={quote(text)}")
        assert refused.status == 422
        missing = await house.ask("POST", "/api/v1/query", {"q": '| makeresults | outputlookup "../t"'})
        assert missing.status == 422
        (tmp_path / "lookups" / "services.csv").unlink()
        (tmp_path / "lookups").rmdir()
        (tmp_path / "lookups").write_text("no folder")
        failed = await house.ask("POST", "/api/v1/query", {"q": "| makeresults count=1 | outputlookup t"})
        assert failed.status == 409
        assert failed.error["code"] == "LOOKUP_NOT_WRITTEN"
