"""`lynxalert test`: the packs keep their promises; a broken promise, a missing script, a wrong key are told."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from lynxalert.cli import main

PACKS = pathlib.Path(__file__).parent.parent.parent / "queries"
ALERT = """
[alerts.errors]
name = "Errors"
q = "level=error | stats count as errors by host | where errors > 2"
interval = "1m"
channels = []
"""
EVENTS = (
    '{"at": "10s", "repeat": 4, "every": "1s", "event": {"level": "error", "host": "a", "time": "{time}"}}\n'
)


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["test", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


def pack(folder: pathlib.Path, tests: str) -> str:
    (folder / "errors.toml").write_text(ALERT)
    (folder / "errors.events.jsonl").write_text(EVENTS)
    (folder / "errors.test.toml").write_text(tests)
    return str(folder)


@pytest.mark.slow
def test_every_pack_keeps_its_promises() -> None:
    code, output = run(str(PACKS))
    assert code == 0, output
    assert output.splitlines()[-1] == "10 passed, 0 failed"


def test_a_burst_fires_once_and_ends(tmp_path: pathlib.Path) -> None:
    tests = """
[[tests]]
name = "a burst"
events = "errors.events.jsonl"
lasts = "5m"
messages = [{ alert = "errors", kind = "fired", contains = ["errors (4) > 2", "host=a"] }, { alert = "errors", kind = "resolved" }]
"""
    code, output = run(pack(tmp_path, tests))
    assert (code, output) == (0, "ok   errors: a burst\n1 passed, 0 failed\n")


def test_silence_is_a_promise_and_can_be_broken(tmp_path: pathlib.Path) -> None:
    tests = '[[tests]]\nname = "quiet"\nevents = "errors.events.jsonl"\nlasts = "5m"\nmessages = []\n'
    code, output = run(pack(tmp_path, tests))
    assert code == 1
    assert "FAIL errors: quiet" in output
    assert "errors: unexpected: fired at " in output
    assert "errors (4) > 2" in output, "a test that fails shows the messages"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('kind = "fired"', 'kind = "resolved"'), "errors, message 1: wanted resolved, got fired"),
        (('"errors (4) > 2"', '"errors (5) > 2"'), "errors, message 1: does not say 'errors (5) > 2'"),
        (('alert = "errors"', 'alert = "eros"'), "there is no alert `eros`"),
        (("errors.events.jsonl", "gone.jsonl"), "tests[0].events"),
        (('lasts = "5m"', 'lasts = "soon"'), "tests[0].lasts"),
        (("[[tests]]", "[[test]]"), "a file of tests has [[tests]] and nothing else"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: pathlib.Path, change: tuple[str, str], complaint: str) -> None:
    tests = """
[[tests]]
name = "a burst"
events = "errors.events.jsonl"
lasts = "5m"
messages = [{ alert = "errors", kind = "fired", contains = ["errors (4) > 2"] }, { alert = "errors", kind = "resolved" }]
"""
    code, output = run(pack(tmp_path, tests.replace(*change)))
    assert code == 1
    assert complaint in output
