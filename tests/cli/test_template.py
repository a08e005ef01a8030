from __future__ import annotations

import json
import pathlib

import pytest
from click.testing import CliRunner

from lynxalert.cli.template import command

CONFIG = """
[channels.chat]
type = "telegram"
bot_token = "1234:CANARY-bot-token-0000000"
chat_id = -100123
message_template = "<b>{{ alert.name }}</b>: {{ result.errors }} errors"

[alerts.errors]
name = "High error rate"
q = "level=error | stats count as errors by host | where errors > 100"
interval = "5m"
channels = ["chat"]
"""
ROW = '{"host": "web1", "errors": 247}'


@pytest.fixture
def file(tmp_path: pathlib.Path) -> str:
    written = tmp_path / "config.toml"
    written.write_text(CONFIG, encoding="utf-8")
    return str(written)


def run(file: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["render", "errors", "--config", file, *arguments])
    return done.exit_code, done.output


def test_what_would_be_sent(file: str) -> None:
    code, output = run(file, "--row", ROW)
    assert code == 0
    assert "# chat (telegram, html)\n" in output
    assert "title: FIRING (error): High error rate — host=web1\n" in output
    assert "<b>High error rate</b>: 247 errors\n" in output
    assert "# POST https://api.telegram.org/bot<redacted>/sendMessage\n" in output
    assert "CANARY" not in output


def test_the_end_as_json(file: str) -> None:
    code, output = run(file, "--row", ROW, "--kind", "resolved", "--format", "json")
    assert code == 0
    found = json.loads(output)
    assert (found["kind"], found["sample"]) == ("resolved", False)
    assert found["messages"][0]["title"] == "RESOLVED: High error rate — host=web1"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ((), 0, "# The row is made up"),
        (
            ("--row", ROW, "--template", "{{ result.eror }}"),
            1,
            "! message_template:1:11: `eror` is not there",
        ),
        (("--row", "247"), 1, "--row must be an object"),
        (("--row", "{"), 1, "--row is no JSON"),
        (("--channel", "chad"), 1, "did you mean `chat`?"),
        (("--kind", "fire"), 2, "is not one of"),
        (("--server", "http://127.0.0.1:1"), 3, "no daemon answers"),
    ],
)
def test_mistakes_teach(file: str, arguments: tuple[str, ...], code: int, text: str) -> None:
    from lynxalert.cli._group import main

    done = CliRunner().invoke(main, ["template", "render", "errors", "--config", file, *arguments])
    assert (done.exit_code, text in done.output) == (code, True), done.output


def test_an_unknown_alert(file: str) -> None:
    from lynxalert.cli._group import main

    done = CliRunner().invoke(main, ["template", "render", "erors", "--config", file])
    assert (done.exit_code, "did you mean `errors`?" in done.output) == (1, True)
