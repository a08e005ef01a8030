"""The group, `check`, and how exit codes are kept."""

from __future__ import annotations

import importlib.metadata
import pathlib
import pkgutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lynxalert import cli
from lynxalert.cli import main

GOOD = '[channels.hook]\ntype = "webhook"\nurl = "https://example.com/hook"\n'


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    return done.exit_code, done.output


def test_every_module_is_a_command_and_every_command_says_what_it_does() -> None:
    modules = {each.name for each in pkgutil.iter_modules(cli.__path__) if not each.name.startswith("_")}
    code, output = run("--help")
    assert code == 0
    assert {"check", "serve"} <= modules
    for name in modules:
        assert f"\n  {name.replace('_', '-')} " in output
        assert run(name.replace("_", "-"), "--help")[0] == 0


def test_the_version_is_told_without_importing_the_rest() -> None:
    script = (
        "import sys\nfrom lynxalert.cli import main\n"
        "try: main(['--version'])\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m in ('duckdb', 'pydantic', 'aiohttp', 'sqlalchemy')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == [
        f"lynxalert, version {importlib.metadata.version('lynxalert')}",
        "[]",
    ]


def test_a_command_that_does_not_exist_has_a_likely_neighbour() -> None:
    code, output = run("chekc")
    assert code == 2
    assert "There is no command `chekc`. Did you mean `check`?" in output


@pytest.mark.parametrize(
    ("text", "code", "last"),
    [
        (GOOD, 0, "ok, no alerts, 1 named channel, no warnings"),
        (
            '[alerts.a]\nq = "level=error"\ninterval = "5m"\nchannels = []\n',
            0,
            "ok, 1 alert, no named channels, 1 warning",
        ),
        ("[servr]\n", 1, "1 mistake"),
        ("x = \n[a", 1, "1 mistake"),
    ],
)
def test_check_tells_everything_and_its_exit_code_the_sum(tmp_path: pathlib.Path, text, code, last) -> None:
    file = tmp_path / "lynx.toml"
    file.write_text(text)
    found, output = run("check", str(file))
    assert found == code
    assert output.splitlines()[-1] == f"{file}: {last}"


def test_check_of_no_file_is_a_wrong_use(tmp_path: pathlib.Path) -> None:
    assert run("check", str(tmp_path / "none.toml"))[0] == 2
    assert run("check")[0] == 2


def test_an_alert_is_explained_by_what_its_type_stands_for(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "lynx.toml"
    file.write_text('[alerts.share]\ntype = "error_rate"\nthreshold = 0.05\ninterval = "5m"\nchannels = []\n')
    code, output = run("explain", "--alert", "share", "--config", str(file))
    assert code == 0
    said = dict(line.split(maxsplit=1) for line in output.split("\n\n")[0].splitlines())
    assert (said["type"], said["threshold"], said["window"]) == ("error_rate", "0.05", "15m")
    assert '"field": "error_rate"' in said["when"]
    assert said["q"].startswith('source="checkrd/telemetry" | stats')
    assert "-- relation --" in output
    code, output = run("explain", "--alert", "shares", "--config", str(file))
    assert (code, output) == (1, f"lynxalert: {file} has no alert `shares`; did you mean `share`?\n")
    assert "give a QUERY, or --alert KEY" in run("explain")[1]
