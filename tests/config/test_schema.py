"""The JSON Schema of the file: kept true in docs/, content with every example, and as strict as the loader where it can be."""

from __future__ import annotations

import json
import pathlib
import re
import tomllib
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from lynxalert.alerts.conditions import conditions
from lynxalert.alerts.metrics import metrics
from lynxalert.cli.check import command
from lynxalert.config import ConfigError, compiler, load
from lynxalert.config.schema.file import file_schema
from lynxalert.notify.channel import channels
from tests import goldens

ROOT = pathlib.Path(__file__).parent.parent.parent
SCHEMA = file_schema()
VALID = jsonschema_rs.Draft202012Validator(SCHEMA)
FILES = [
    ROOT / "config.example.toml",
    *(each for each in sorted((ROOT / "queries").glob("*/*.toml")) if not each.name.endswith(".test.toml")),
]


def plain(value: Any) -> Any:
    """TOML as JSON has it: instants are texts."""
    return json.loads(json.dumps(value, default=str))


def accepts(text: str) -> bool:
    return VALID.is_valid(plain(tomllib.loads(text)))


def test_docs_hold_it(request: pytest.FixtureRequest) -> None:
    file = ROOT / "docs" / "config.schema.json"
    printed = CliRunner().invoke(command, ["--schema"]).output
    if request.config.getoption("--golden-rewrite"):
        file.write_text(printed, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == printed
    jsonschema_rs.Draft202012Validator(json.loads(printed))


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_what_is_shipped_is_valid(file: pathlib.Path) -> None:
    found = [
        f"{each.instance_path}: {each.message}"
        for each in VALID.iter_errors(plain(tomllib.loads(file.read_text(encoding="utf-8"))))
    ]
    assert found == []


def test_settings_that_the_example_comments_out_are_valid_too() -> None:
    lines = (ROOT / "config.example.toml").read_text(encoding="utf-8").splitlines()
    headed = "\n".join(line.removeprefix("# ") for line in lines).replace("\n[", "\n\0[").split("\0")
    checked = []
    for block in headed:
        settings = [line for line in block.splitlines() if line.startswith("[") or re.match(r"\w+ = ", line)]
        try:
            table = tomllib.loads("\n".join(dict.fromkeys(settings)))
        except tomllib.TOMLDecodeError:
            continue  # a text over several lines, which stands uncommented and was judged above
        checked += [*table]
        assert [each.message for each in VALID.iter_errors(plain(table))] == [], block
    assert len(checked) > 25


@pytest.mark.parametrize(
    "wrong",
    [
        'server = { listem = "127.0.0.1:1" }',
        'store = { keep = "30 days" }',
        "store = { keep = 30 }",
        "queries = { write = 1 }",
        'channels = { a = { type = "carrier-pigeon" } }',
        'channels = { a = { type = "telegram", bot_token = "x" } }',
        'channels = { a = { type = "slack", webhook_url = "https://x.example", parse_mode = "HTML" } }',
        'channels = { a = { type = "webhook", url = "https://x.example", rate = "often" } }',
        'alerts = { a = { interval = "1m", channels = [] } }',
        'alerts = { a = { q = "x", severity = "bad" } }',
        'alerts = { a = { q = "x", when = { type = "threshold", field = "n", op = "over" } } }',
        'alerts = { a = { q = "x", when = { type = "m_of_n", m = 1, n = 2, of = { type = "nothing" } } } }',
        'alerts = { a = { type = "error_ratio" } }',
        'alerts = { a = { q = "x", channels = [7] } }',
        'inhibitions = { source = ["a=b"] }',
        'nonsense = "x"',
    ],
)
def test_what_the_loader_refuses_is_refused(wrong: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError):
        load(file, compiler)
    assert not accepts(wrong)


@pytest.mark.parametrize(
    "right",
    [
        'channels = { a = { type = "telegram", bot_token = { env = "T" }, chat_id = -100 } }',
        'channels = { a = { type = "telegram", config = { bot_token = "1:x", chat_id = "@ops" } } }',
        'channels = { a = { type = "webhook", url = "https://x.example", headers = { A = { env = "T" } } } }',
        'channels = { a = { type = "email", to = "a@x.example, b@x.example" } }',
        'alerts = { a = { q = "x", flapping = false, paused_until = 2026-02-14T13:25:00Z } }',
        'alerts = { a = { type = "call_count", threshold = 3, filter = { region = ["eu", "us"] } } }',
        'alerts = { a = { q = "x", when = { type = "threshold", field = "n", op = "gt", tiers = { bad = 2 } } } }',
        'datamodels = { Web = { Web = { search = "index=web", fields = { url = "uri" } } } }',
    ],
)
def test_every_way_to_write_it_is_accepted(right: str) -> None:
    assert accepts(right)


def test_no_word_of_the_configuration_is_missing() -> None:
    text = json.dumps(SCHEMA)
    words = [*channels(), *conditions(), *metrics()]
    assert [each for each in words if f'"const": "{each}"' not in text and f'"{each}"' not in text] == []


@goldens.parametrize("config")
def test_what_the_loader_takes_is_accepted(path: pathlib.Path) -> None:
    case = goldens.load(path, rewrite=False)
    if "error[" not in case["errors"]:
        found = [each.message for each in VALID.iter_errors(plain(tomllib.loads(case["toml"])))]
        assert found == []
