"""`lynxalert query`, `explain`, `fmt`: where events come from, how rows are shown, what each exit code says."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

import lynxalert
from lynxalert.cli import main

LINES = '{"level":"error","host":"b","ms":1.5}\n{"level":"info","host":"a"}\n{"level":"error","host":"a","ms":2}\n'


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(main, list(arguments), input=stdin)
    return done.exit_code, done.stdout, done.stderr


def test_standard_input_is_read_as_grep_does() -> None:
    code, out, err = run("query", "-", "level=error | stats count, sum(ms) as ms by host", stdin=LINES)
    assert (code, err) == (0, "")
    assert out == '{"host": "a", "count": 1, "ms": 2}\n{"host": "b", "count": 1, "ms": 1.5}\n'


def test_files_are_sources(tmp_path: pathlib.Path) -> None:
    for name in ("one.log", "two.log"):
        (tmp_path / name).write_text(LINES)
    files = [part for name in ("one.log", "two.log") for part in ("-f", str(tmp_path / name))]
    code, out, _ = run("query", *files, "--format", "csv", "| stats count by source")
    assert (code, out) == (0, "source,count\none.log,3\ntwo.log,3\n")


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("json", '[{"host": "a", "count": 2}, {"host": "b", "count": 1}]\n'),
        ("table", "host ┃ count\n━━━━━╇━━━━━━\na    │     2\nb    │     1\n2 rows\n"),
    ],
)
def test_rows_are_shown_in_the_form_asked_for(form: str, shown: str) -> None:
    _, out, _ = run("query", "--format", form, "-", "| stats count by host", stdin=LINES)
    assert "\n".join(line.rstrip() for line in out.splitlines()) == shown.rstrip("\n")


def test_a_wrong_query_is_shown_with_its_place() -> None:
    code, out, err = run("query", "-", "| stast count", stdin=LINES)
    assert (code, out) == (4, "")
    assert err == (
        "error[L104]: unknown command `stast`\n1 | | stast count\n  |   ^^^^^\n  = help: did you mean `stats`?\n"
    )


def test_a_cut_and_a_warning_are_told_beside_the_rows() -> None:
    code, out, err = run(
        "query", "--limit", "1", "-", "| stats count by host | table host, hots", stdin=LINES
    )
    assert code == 0
    assert out == '{"host": "a"}\n'
    assert "did you mean `host`?" in err
    assert "only the first 1 rows are shown" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("query", "error"), "where are the events?"),
        (("query", "-", "two", "queries"), "one query is wanted"),
        (("query", "--server", "http://127.0.0.1:1", "-", "x"), "name one"),
        (("query", "--format", "xml", "-", "x"), "xml"),
    ],
)
def test_wrong_words_are_usage(arguments: tuple[str, ...], complaint: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert complaint in err


def test_no_daemon_is_a_connection_error() -> None:
    code, _, err = run("query", "--server", "http://127.0.0.1:1", "x")
    assert code == 3
    assert "no daemon answers at http://127.0.0.1:1" in err


def test_a_data_folder_is_read_and_one_in_use_is_told(tmp_path: pathlib.Path) -> None:
    with lynxalert.open(tmp_path / "events.duckdb") as store:
        store.ingest(LINES.splitlines())
    # Another process must hold it: within one process the engine would share the file.
    hold = "import lynxalert, sys; s = lynxalert.open(sys.argv[1]); print('held', flush=True); sys.stdin.read(); s.close()"
    assert run("query", "--data", str(tmp_path), "| stats count")[:2] == (0, '{"count": 3}\n')
    command = [sys.executable, "-c", hold, str(tmp_path / "events.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        code, _, err = run("query", "--data", str(tmp_path), "| stats count")
        holder.communicate("")
    assert code == 3
    assert "--server" in err


class Elsewhere(BaseHTTPRequestHandler):
    """A server that is no LynxAlert."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_server_is_no_daemon(elsewhere: str) -> None:
    code, _, err = run("query", "--server", elsewhere, "x")
    assert code == 3
    assert "no daemon answers" in err


def test_explain_counts_the_rows_after_every_stage(tmp_path: pathlib.Path) -> None:
    (tmp_path / "one.log").write_text(LINES)
    code, out, _ = run(
        "explain", "--rows", "-f", str(tmp_path / "one.log"), "level=error | stats count by host"
    )
    assert (code, out.splitlines()[0]) == (0, "3 -> 2 -> 2")
    code, out, _ = run("explain", "--rows", "-", "level=fatal", stdin=LINES)
    assert out.endswith("`level=fatal` fits none of the 3 rows\n  `level` there: `error` (2), `info` (1)\n")
    code, _, err = run("explain", "--rows", "level=fatal")
    assert (code, "where are the events?" in err) == (2, True)
    code, _, err = run("explain", "--rows", "--server", "http://127.0.0.1:1", "level=fatal")
    assert (code, "no daemon answers" in err) == (3, True)


def test_explain_shows_every_stage() -> None:
    code, out, _ = run("explain", "status>=500 | stats count by host")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("-- ")] == [
        "-- query --",
        "-- relation --",
        "-- sql --",
        "-- parameters --",
        "-- one instance per --",
        "-- warnings --",
    ]


def test_fmt_writes_the_canonical_form() -> None:
    assert run("fmt", "STATUS=5   error|STATS count BY host")[:2] == (
        0,
        "search STATUS=5 error | stats count by host\n",
    )
    assert run("fmt", "-", stdin="error|head 3")[:2] == (0, "search error | head 3\n")
    assert run("fmt", "| stast")[0] == 4
