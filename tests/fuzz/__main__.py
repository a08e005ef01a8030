"""`make fuzz`: a real daemon on the loopback × requests made of its own contract → no 5xx, nothing that is not promised.

What comes after `--` of the make line (`ARGS="-n 2"`) goes to schemathesis. The daemon cannot leave this machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).parent.parent.parent
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
LEFT_OUT = ("tail", "journal_upload")  # one never ends, the other's body is in no format that can be made up
CONFIG = """
[server]
listen = "127.0.0.1:{port}"

[queries]
write = true

[channels.hook]
type = "webhook"
url = "http://127.0.0.1:9/"

[alerts.fuzz]
name = "Fuzz"
q = "level=error | stats count as errors by host | where errors > 0"
interval = "1m"
channels = ["hook"]
"""
ALERT = {"name": "Made", "q": "level=error", "interval": "1m", "channels": ["hook"]}
EVENTS = [{"level": "error", "host": host, "n": n} for n, host in enumerate("abcab")]


def ask(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
        return json.load(answer)


@contextlib.contextmanager
def serving(folder: pathlib.Path) -> Iterator[str]:
    """The address of a daemon, while the context lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w", encoding="utf-8") as log:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.daemon", str(config)], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            _await_ready(url, daemon)
            yield url
            assert daemon.poll() is None, "the daemon ended by itself"
            ask(f"{url}/health")
        finally:
            daemon.terminate()
            daemon.wait(60)


def _await_ready(url: str, daemon: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and daemon.poll() is None:
        with contextlib.suppress(OSError):
            ask(f"{url}/ready")
            return
        time.sleep(0.2)  # a process that starts tells nobody
    sys.exit("the daemon did not start")


def known(url: str) -> dict[str, str]:
    """Things that are there, by the beginning of the paths that lead to them."""
    ask(f"{url}/api/v1/ingest", EVENTS)
    alert = ask(f"{url}/api/v1/alerts", ALERT)["data"]["id"]
    silence = ask(f"{url}/api/v1/silences", {"matchers": ["host=b"]})["data"]["id"]
    key = ask(f"{url}/api/v1/keys", {"name": "fuzz", "role": "viewer"})["data"]["id"]
    return {
        "/api/v1/alerts/": alert,
        "/api/v1/silences/": silence,
        "/api/v1/keys/": key,
        "/api/v1/fields/": "level",
        "/alerts/": "fuzz",
    }


def main(arguments: list[str]) -> int:
    """Fuzz; the exit code of schemathesis, or 1 where the daemon's log tells of a mistake of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with serving(folder) as url:
            environment = {
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
                "PYTHONPATH": str(ROOT),
                "FUZZ_KNOWN": json.dumps(known(url)),
            }
            command = [str(ROOT / ".fuzz/bin/schemathesis"), "run", f"{url}/api/v1/openapi.json"]
            command += ["--checks", ",".join(CHECKS), "--continue-on-failure", "--warnings", "off"]
            command += ["--request-timeout", "300", "--no-color"]
            command += [each for name in LEFT_OUT for each in ("--exclude-operation-id", name)]
            # What answers at several addresses is asked at the first.
            command += ["--exclude-operation-id-regex", "_[0-9]+$", *(arguments or ["--max-examples", "10"])]
            code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
        failed = [
            each
            for each in (folder / "log").read_text(encoding="utf-8").splitlines()
            if '"request_failed"' in each or "not_understood_by_the_engine" in each
        ]
        for each in failed[:10]:
            print(each)
        return code or bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
