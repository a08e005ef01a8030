"""What users do: the wheel is installed into a clean environment, with what it asks for, and runs there."""

from __future__ import annotations

import json
import pathlib
import venv

import pytest

from tests.wheel import ROOT, built, run


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_a_clean_environment_runs_a_query(tmp_path: pathlib.Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    run(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        constraints,
        built(tmp_path),
        cwd=tmp_path,
    )
    lynxalert = tmp_path / "env" / "bin" / "lynxalert"
    events = '{"level":"error","host":"a"}\n{"level":"info","host":"b"}\n{"level":"error","host":"a"}\n'
    rows = run(
        lynxalert,
        "query",
        "--format",
        "ndjson",
        "-",
        "level=error | stats count by host",
        cwd=tmp_path,
        stdin=events,
    )
    assert [json.loads(line) for line in rows.splitlines()] == [{"host": "a", "count": 2}]
    example = run(
        python,
        "-c",
        "import lynxalert, pathlib; print(pathlib.Path(lynxalert.__file__).parent)",
        cwd=tmp_path,
    )
    run(lynxalert, "check", pathlib.Path(example.strip()) / "config.example.toml", cwd=tmp_path)
