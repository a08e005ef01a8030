"""`lynxalert keys` over a data folder that nobody works in, and over one that a daemon holds."""

from __future__ import annotations

import pathlib

from click.testing import CliRunner, Result

from lynxalert.cli import main
from lynxalert.daemon.lock import hold


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def test_keys_are_made_listed_and_revoked_offline(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nauth = "keys"\n')
    here = ("--config", str(file))
    made = run("create", "web", "--role", "ingest", "--index", "web*", "--expires", "90d", *here)
    assert made.exit_code == 0, made.output
    key_id = made.output.split("_")[1]
    listed = run("list", *here)
    assert key_id in listed.output
    assert made.output.strip() not in listed.output
    assert run("revoke", key_id, *here).exit_code == 0
    assert run("revoke", key_id, *here).exit_code == 1
    assert run("create", "x", "--index", "a", *here).exit_code == 2
    with hold(tmp_path / "data"):
        held = run("list", *here)
    assert (held.exit_code, "--server" in held.output) == (3, True)
