"""Building the wheel, and running commands that must succeed."""

from __future__ import annotations

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent


def built(folder: pathlib.Path) -> pathlib.Path:
    """The wheel, built into *folder*."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=ROOT)
    return next(folder.glob("*.whl"))


def run(*command: str | pathlib.Path, cwd: pathlib.Path, stdin: str | None = None) -> str:
    """What *command* prints.

    Raises:
        AssertionError: it failed.
    """
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
