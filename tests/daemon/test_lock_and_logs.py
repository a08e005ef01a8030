from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys

import pytest
import structlog
from aiohttp import web

from lynxalert.daemon.lock import FolderHeldError, hold
from lynxalert.daemon.logs import Redactor, configure


def test_a_folder_is_held_by_one_process_and_free_when_it_ends(tmp_path) -> None:
    script = (
        "import pathlib, sys; from lynxalert.daemon.lock import hold\n"
        "with hold(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    folder = tmp_path / "new" / "data"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(FolderHeldError, match=f"in use by process {other.pid}"), hold(folder):
            pass
        other.kill()
    with hold(folder):
        assert (folder / "daemon.lock").read_text() == f"{os.getpid()}\n"


def test_a_folder_that_is_made_is_for_its_owner_alone(tmp_path) -> None:
    with hold(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_said(tmp_path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(FolderHeldError, match="cannot be used: Not a directory"),
        hold(tmp_path / "file" / "data"),
    ):
        pass


@pytest.fixture
def clean_logging():
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_log_line_holds_a_secret(style, clean_logging) -> None:
    out, redactor = io.StringIO(), Redactor()
    redactor.learn(["s3cret-token", "s3cret-token-longer", "short"])
    configure(style, redactor=redactor, stream=out)
    log = structlog.get_logger("test")
    log.info("sent", url="https://x/s3cret-token-longer", nested={"a": ["s3cret-token"]}, word="short")
    logging.getLogger("aiohttp").warning("failed at %s", "s3cret-token")
    try:
        raise ValueError("s3cret-token")  # noqa: TRY301
    except ValueError:
        log.exception("broke")
    text = out.getvalue()
    assert "s3cret" not in text
    assert "https://x/***" in text
    assert "short" in text
    assert "ValueError: ***" in text
    if style == "json":
        first, second, third = (json.loads(line) for line in text.splitlines())
        assert (first["event"], first["level"], first["logger"]) == ("sent", "info", "test")
        assert second["event"] == "failed at ***"
        assert third["level"] == "error"


async def test_a_request_that_is_no_http_is_a_line_without_a_traceback(clean_logging) -> None:
    out = io.StringIO()
    configure("json", redactor=Redactor(), stream=out)
    serving = web.AppRunner(web.Application(), handle_signals=False)
    await serving.setup()
    try:
        site = web.TCPSite(serving, "127.0.0.1", 0)
        await site.start()
        reader, writer = await asyncio.open_connection(*serving.addresses[0])
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nOdd: a\x00b\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
    finally:
        await serving.cleanup()
    [line] = [json.loads(each) for each in out.getvalue().splitlines()]
    assert (line["event"], line["level"], line["logger"]) == ("request_is_no_http", "info", "aiohttp.server")
    assert "header" in line["reason"]
