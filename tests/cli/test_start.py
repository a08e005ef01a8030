"""What a command loads: nothing of the daemon when it needs none of it. A start is felt at every prompt."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys

import lynxalert

DAEMON = {
    "aiohttp",
    "aiosmtplib",
    "alembic",
    "jinja2",
    "prometheus_client",
    "pydantic",
    "sqlalchemy",
    "structlog",
}
ENGINE = {"duckdb", "pyarrow", "sqlglot"}
LOADED = """
import json, sys
from lynxalert.cli import main
main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], input="x=1\n", capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_formatting_loads_the_language_only() -> None:
    assert loaded("fmt", "a=b | stats count") & (DAEMON | ENGINE) == set()


def test_a_query_over_standard_input_loads_no_daemon() -> None:
    modules = loaded("query", "-", "x=1 | stats count")
    assert modules & DAEMON == set()
    assert modules >= ENGINE


def test_the_version_stands_twice_and_agrees() -> None:
    assert lynxalert.__version__ == importlib.metadata.version("lynxalert")
