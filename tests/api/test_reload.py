from __future__ import annotations

from tests.api.house import CONFIG, House, living

SECOND = """
[alerts.second]
q = "level=error | stats count as errors | where errors > 2"
interval = "1m"
channels = ["hook"]
"""


async def names(house: House) -> list[str]:
    alerts = (await house.ask("GET", "/api/v1/alerts")).data["alerts"]
    return sorted(each["key_in_file"] or each["name"] for each in alerts)


def write(house: House, more: str = "", config: str = CONFIG) -> None:
    house.file.write_text(config.format(url=house.provider.url) + more)


async def test_a_reload_adds_changes_and_removes_beside_what_was_made_here(house: House) -> None:
    await house.create(name="made here")
    write(house, SECOND)
    answer = await house.ask("POST", "/api/v1/config/reload")
    assert answer.data == {"added": ["second"], "changed": [], "removed": [], "restart_needed_for": []}
    assert await names(house) == ["from-file", "made here", "second"]
    write(house, SECOND.replace("> 2", "> 3"), CONFIG.split("[alerts.from-file]", maxsplit=1)[0])
    answer = await house.ask("POST", "/api/v1/config/reload")
    assert answer.data == {
        "added": [],
        "changed": ["second"],
        "removed": ["from-file"],
        "restart_needed_for": [],
    }
    assert await names(house) == ["made here", "second"]
    assert (await house.ask("GET", "/alerts/second")).data["version"] == 2


async def test_a_reload_that_fails_changes_nothing_and_says_so(house: House) -> None:
    write(house, SECOND + "\n[server2]\n" + SECOND.replace("second", "third").replace("1m", "1x"))
    answer = await house.ask("POST", "/api/v1/config/reload")
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert answer.error["message"].startswith("the configuration in force stays: ")
    assert [(each["file"], each["line"], each["message"]) for each in answer.error["details"]] == [
        ("config.toml", 21, "server2 is not a known setting"),
        ("config.toml", 25, "alerts.third.interval must be a duration such as 30s, 5m, 1h or 2d"),
    ]
    assert await names(house) == ["from-file"]
    health = (await house.ask("GET", "/health")).data
    assert (health["status"], health["configuration"]["status"]) == ("degraded", "degraded")
    assert b"lynxalert_config_ok 0.0" in (await house.ask("GET", "/metrics")).raw
    write(house, SECOND)
    assert (await house.ask("POST", "/api/v1/config/reload")).status == 200
    health = (await house.ask("GET", "/health")).data
    assert health["status"] == "ok"
    assert b"lynxalert_config_ok 1.0" in (await house.ask("GET", "/metrics")).raw


async def test_macros_are_in_force_after_the_reload_and_one_in_use_cannot_go(house: House) -> None:
    write(house, '\n[macros]\nbad = "level=error"\n')
    await house.ask("POST", "/api/v1/config/reload")
    made = await house.create(name="uses it", q="`bad` | stats count as errors | where errors > 2")
    await house.log(3)
    assert (await house.asked({"q": "`bad` | stats count"})).data["rows"] == [{"count": 3}]
    write(house)
    answer = await house.ask("POST", "/api/v1/config/reload")
    assert answer.status == 422
    assert made["id"] in answer.error["message"]
    assert (await house.asked({"q": "`bad` | stats count"})).data["rows"] == [{"count": 3}], "still in force"
    write(house, '\n[macros]\nbad = "level=fatal"\n')
    assert (await house.ask("POST", "/api/v1/config/reload")).status == 200
    assert (await house.asked({"q": "`bad` | stats count"})).data["rows"] == [{"count": 0}]


async def test_what_needs_a_restart_is_said(house: House) -> None:
    write(house, '\n[outbound]\ntimeout = "3s"\n')
    house.file.write_text(house.file.read_text().replace("[server]", '[store]\npath = "elsewhere"\n[server]'))
    answer = await house.ask("POST", "/api/v1/config/reload")
    assert answer.data["restart_needed_for"] == ["store.path", "outbound"]


async def test_state_survives_a_restart_and_ids_stay(tmp_path) -> None:
    async with living(tmp_path) as house:
        made = await house.create()
        file_id = (await house.ask("GET", "/alerts/from-file")).data["id"]
        await house.log(247, ago=0)
        await house.until(lambda: len(house.provider.requests) == 1, minutes=1)
    async with living(tmp_path) as house:
        found = (await house.ask("GET", f"/alerts/{made['id']}")).data
        assert found["status"] == "triggered"
        assert (await house.ask("GET", "/alerts/from-file")).data["id"] == file_id
        assert (await house.asked({"q": "level=error | stats count", "latest": "+1d"})).data["rows"] == [
            {"count": 247}
        ]


async def test_the_configuration_is_shown_without_secrets(house: House) -> None:
    write(
        house,
        """
[email]
password = "s3cret-canary"

[ingest]
max_body = "10MB"

[ingest.keys]
any = { file = "token" }
hec = "s3cret-canary"
otlp = ["s3cret-canary", { file = "token" }]

[channels.chat]
type = "telegram"
bot_token = { file = "token" }
chat_id = "1"

[channels.tickets]
type = "generic_http"
method = "POST"
url = "https://example.com/s3cret-canary"
headers = { Authorization = { file = "token" }, "X-Key" = "s3cret-canary" }

[alerts.own]
q = "a"
interval = "1m"
channels = ["chat", { type = "webhook", config = { url = "https://example.com/s3cret-canary" } }]
""",
    )
    (house.folder / "token").write_text("110201543:s3cret-canary-of-the-file")
    assert (await house.ask("POST", "/api/v1/config/reload")).status == 200
    answer = await house.ask("GET", "/api/v1/config")
    assert b"s3cret" not in answer.raw
    config = answer.data["config"]
    assert config["email"] == {"password": "..."}
    keys = {"any": {"file": "token"}, "hec": "...", "otlp": ["...", {"file": "token"}]}
    assert config["ingest"] == {"max_body": "10MB", "keys": keys}
    assert (await house.ask("POST", "/v1/logs", "{}")).status == 401
    assert config["channels"]["chat"] == {"type": "telegram", "bot_token": {"file": "token"}, "chat_id": "1"}
    assert config["channels"]["tickets"] == {
        "type": "generic_http",
        "method": "POST",
        "url": "https://example.com/...",
        "headers": {"Authorization": {"file": "token"}, "X-Key": "..."},
    }
    assert config["alerts"]["own"]["channels"] == [
        "chat",
        {"type": "webhook", "config": {"url": "https://example.com/..."}},
    ]
    assert config["channels"]["hook"]["headers"] == {"Authorization": "Bearer ..."} or "s3cret" not in str(
        config
    )


PLAN = "/api/v1/config/plan"


async def test_a_plan_says_what_a_reload_would_do_and_does_nothing(house: House) -> None:
    write(house, SECOND + SECOND.replace("second", "third"))
    await house.ask("POST", "/api/v1/config/reload")
    assert (await house.ask("POST", PLAN)).data == {
        "added": [],
        "changed": [],
        "cosmetic": [],
        "removed": [],
        "sections": [],
        "restart_needed_for": [],
        "warnings": [],
    }
    third = SECOND.replace("second", "third").replace(
        'channels = ["hook"]', 'channels = ["hook"]\nseverity = "warning"'
    )
    fresh = CONFIG.split("[alerts.from-file]", maxsplit=1)[0].replace("canary", "canary-of-tomorrow")
    fresh = fresh.replace("[server]", '[store]\npath = "elsewhere"\n[server]')
    write(house, SECOND.replace("> 2", "> 3") + third + SECOND.replace("second", "fourth"), fresh)
    answer = await house.ask("POST", PLAN)
    assert answer.data == {
        "added": ["fourth"],
        "changed": [{"key": "second", "fields": ["channels", "q"]}],
        "cosmetic": [{"key": "third", "fields": ["channels", "severity"]}],
        "removed": ["from-file"],
        "sections": ["channels", "store"],
        "restart_needed_for": ["store.path"],
        "warnings": [],
    }
    assert b"canary" not in answer.raw
    assert await names(house) == ["from-file", "second", "third"], "nothing is applied"
    applied = (await house.ask("POST", "/api/v1/config/reload")).data
    assert applied["changed"] == ["second", "third"]
    assert (applied["added"], applied["removed"]) == (["fourth"], ["from-file"])
    versions = {
        key: (await house.ask("GET", f"/alerts/{key}")).data["version"] for key in ("second", "third")
    }
    assert versions == {"second": 2, "third": 1}


async def test_a_plan_of_a_file_with_mistakes_tells_them_and_nothing_is_degraded(house: House) -> None:
    write(house, '\n[macros]\nbad = "level=error"\n')
    await house.ask("POST", "/api/v1/config/reload")
    made = await house.create(q="`bad` | stats count as errors | where errors > 2")
    write(house, SECOND.replace("1m", "1x"))
    answer = await house.ask("POST", PLAN)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    [detail] = answer.error["details"]
    assert (detail["file"], detail["line"]) == ("config.toml", 18)
    write(house)
    answer = await house.ask("POST", PLAN)
    assert made["id"] in answer.error["message"], "a macro that is in use"
    assert (await house.ask("GET", "/health")).data["status"] == "ok"


async def test_who_reloaded_stands_in_the_audit_and_refusals_do_not(house: House) -> None:
    write(house, SECOND)
    await house.ask("POST", "/api/v1/config/reload")
    write(house, "[nonsense]\n")
    await house.ask("POST", "/api/v1/config/reload")
    [row] = (await house.ask("GET", "/api/v1/audit?action=config.reload")).data["changes"]
    assert row["after"] == {"added": ["second"], "changed": [], "removed": []}
    assert row["object_id"].endswith("config.toml")
