"""What users install: the wheel is built, put into a clean environment, and runs a query and a check there."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import venv
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parent.parent


def run(*command: str | pathlib.Path, cwd: pathlib.Path, stdin: str | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=ROOT)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_grammar_packs_and_example(wheel: pathlib.Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"lynxalert/grammar/{path.name}" for path in (ROOT / "grammar").glob("*.lark")}
    wanted |= {
        f"lynxalert/queries/{path.relative_to(ROOT / 'queries')}"
        for path in (ROOT / "queries").rglob("*.toml")
    }
    wanted.add("lynxalert/config.example.toml")
    wanted |= {
        str(path.relative_to(ROOT)) for path in (ROOT / "lynxalert" / "state" / "migrations").rglob("*.py")
    }
    assert wanted - names == set()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_clean_environment_runs_a_query(wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
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
        wheel,
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
