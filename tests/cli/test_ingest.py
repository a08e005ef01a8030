"""`lynxalert ingest`: how sources are read, what becomes of batches when the other side does not answer, exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import io
import json
import pathlib
import sys
from collections.abc import AsyncIterator

import aiohttp
import pyarrow as pa
import pytest
from aiohttp import web
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import lynxalert
from lynxalert.cli import main
from lynxalert.cli._reading import BATCH, Batch, UnreadableFileError, _lines, _pieces, batches
from lynxalert.cli._remote import NoDaemonError
from lynxalert.cli._sending import Outcome, Remote
from lynxalert.clock import SystemClock
from lynxalert.errors import LynxError
from lynxalert.events import EventStore
from tests.api.house import House, living

MINUTE = dt.timedelta(minutes=1)


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    done = CliRunner().invoke(main, ["ingest", *arguments], input=stdin, env={"COLUMNS": "200"})
    return done.exit_code, done.output


def raws(data: pathlib.Path) -> list[str]:
    with lynxalert.open(data / "events.duckdb") as store:
        return [row["_raw"] for row in store.query("index=* | reverse", limit=10_000).rows]


def read(text: bytes, form: str = "auto", skip: int = 0) -> list[Batch]:
    return list(batches(io.BytesIO(text), form, skip=skip))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"one\n\ntwo", [Batch(b"one\n\n", 1, 2, json=False), Batch(b"two", 3, 3, json=False)]),
        (b'{"a":1}\n{"a":2}\n', [Batch(b'{"a":1}\n{"a":2}\n', 1, 2, json=True)]),
        (b'{"a":1}\nnot json\n', [Batch(b'{"a":1}\nnot json\n', 1, 2, json=True)]),
        (b'{\n"a":1}\n{"a":\n2}', [Batch(b'{"a":1}\n{"a":2}\n', 1, 2, json=True)]),
        (b'{\n"a":1}\nnot json\n', [Batch(b'{\n"a":1}\nnot json\n', 1, 3, json=True)]),
        (b'[{"a":1},\n{"a": 2}]', [Batch(b'{"a":1}\n{"a": 2}\n', 1, 2, json=True)]),
        (b"[INFO] one\n[WARN] two\n", [Batch(b"[INFO] one\n[WARN] two\n", 1, 2, json=False)]),
        (b"\xef\xbb\xbf{}\n", [Batch(b"\xef\xbb\xbf{}\n", 1, 1, json=True)]),
        (b"", []),
    ],
)
def test_a_source_tells_its_form_by_how_it_begins(text: bytes, expected: list[Batch]) -> None:
    assert read(text) == expected


def test_the_form_can_be_said() -> None:
    assert [each.json for each in read(b'{"a":1}\n', "lines")] == [False]
    assert [each.json for each in read(b"text\n", "json")] == [True]
    with pytest.raises(UnreadableFileError, match=r"not a JSON array: .*line 1"):
        read(b'[{"a":1}, oops]')


def test_lines_left_out_are_counted_not_sent() -> None:
    assert read(b"a\nb\nc\n", skip=2) == [Batch(b"c\n", 3, 3, json=False)]
    assert read(b"a\nb\nc", skip=3) == []
    assert read(b'[{"a":1},{"a":2}]', skip=1) == [Batch(b'{"a":2}\n', 2, 2, json=True)]
    many = b"".join(b"%d\n" % number for number in range(400_000))
    found = read(many, skip=300_001)
    assert found[0].body.startswith(b"300001\n")
    assert (found[0].first, found[-1].last) == (300_002, 400_000)
    assert len(read(many)) == len(many) // BATCH + 1


@given(st.lists(st.binary(max_size=6), max_size=10))
def test_lines_stay_whole_however_the_source_is_cut(chunks: list[bytes]) -> None:
    chunks = [each for each in chunks if each]
    found = list(_lines(_pieces(chunks), 0, json=False))
    assert b"".join(each.body for each in found) == b"".join(chunks)
    assert all(each.body.endswith(b"\n") for each in found[:-1])
    last = 0
    for each in found:
        assert each.first == last + 1
        last = each.last
        assert each.last - each.first + 1 == each.body.count(b"\n") + (not each.body.endswith(b"\n"))


@given(st.integers(2, 30), st.integers(1, 50))
def test_a_batch_that_is_too_large_is_halved_line_by_line(count: int, first: int) -> None:
    body = b"".join(b"%d\n" % number for number in range(count))
    halves = Batch(body, first, first + count - 1, json=False).halves()
    assert halves is not None
    assert halves[0].body + halves[1].body == body
    assert (halves[0].first, halves[1].last) == (first, first + count - 1)
    assert halves[0].last + 1 == halves[1].first


def test_files_of_every_kind_go_into_a_data_folder(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"n":1}\noops {\n') + gzip.compress(b'{"n":2}\n'))
    with pa.CompressedOutputStream(str(tmp_path / "b.log.zst"), "zstd") as file:
        file.write(b"three\n\nfour")
    files = [str(tmp_path / name) for name in ("a.jsonl.gz", "b.log.zst")]
    data = tmp_path / "data"
    code, told = run(*files, "-", "--data", str(data), "--sourcetype", "syslog", stdin=b"five\n")
    assert code == 0
    assert raws(data) == ['{"n":1}', '{"n":2}', "three", "four", "five"]
    assert "a.jsonl.gz: 2 events, 1 left out, " in told
    assert "a.jsonl.gz:2: left out: not a JSON object" in told
    with lynxalert.open(data / "events.duckdb") as store:
        found = store.query("sourcetype=syslog | stats count by source | sort source").rows
        assert [(row["source"], row["count"]) for row in found] == [
            ("a.jsonl.gz", 2),
            ("b.log.zst", 2),
            ("stdin", 1),
        ]
    code, _ = run(files[0], "--data", str(data), "--strict")
    assert code == 1


def test_a_damaged_file_is_told_with_what_was_kept(tmp_path: pathlib.Path) -> None:
    whole = b"".join(b'{"n":%d,"x":"%x"}\n' % (n, n * 2654435761 % 2**64) for n in range(60_000))
    (tmp_path / "cut.gz").write_bytes(gzip.compress(whole, 1)[:-1000])
    code, told = run(str(tmp_path / "cut.gz"), "--data", str(tmp_path / "data"))
    assert code == 1
    assert "lynxalert: cut.gz: Compressed file ended before the end-of-stream marker was reached" in told
    kept = int(told.partition("go on with --skip ")[2].split()[0])
    assert kept > 10_000
    assert f"cut.gz: {kept:,} events" in told


def test_exit_codes(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    file = str(tmp_path / "a.log")
    assert run(str(tmp_path / "none"))[0] == 2
    assert run(file, "--server", "http://127.0.0.1:1", "--data", "d")[0] == 2
    assert run(file, "-", "--skip", "1")[0] == 2
    code, told = run(file, "--server", "http://127.0.0.1:1")
    assert code == 3
    assert "no daemon answers at http://127.0.0.1:1: connection refused\n  = help: start one with" in told
    code, told = run(file, "--data", str(tmp_path), "--index", "a b")
    assert code == 1
    assert "`a b` cannot be the name of an index" in told
    store = EventStore(tmp_path / "events.duckdb")
    code, told = run(file, "--data", str(tmp_path))
    store.close()
    assert code == 3
    assert "is in use by another process" in told


class Hasty(SystemClock):
    """Waits for nothing, and remembers how long it should have."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, duration: dt.timedelta) -> None:
        self.waited.append(duration.total_seconds())
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def sender(server: str, patience: dt.timedelta = MINUTE) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, server, Hasty(), patience, lambda _: None, key="k")


@contextlib.asynccontextmanager
async def cutting(house: House, cuts: list[str]) -> AsyncIterator[str]:
    """A way to *house* that loses connections: before the request gets there, or before the answer comes back."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        length = int(request.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        request += await reader.readexactly(length)
        cut = cuts.pop(0) if cuts else ""
        if cut != "request":
            near, far = await asyncio.open_connection(house.daemon.address.host, house.daemon.address.port)
            far.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = await near.read()
            far.close()
            if cut != "answer":
                writer.write(answer)
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_lost_connections_neither_lose_nor_double(tmp_path) -> None:
    async with living(tmp_path) as house:
        cuts = ["", "answer", "request", "answer", "answer"]
        async with cutting(house, cuts) as way, sender(way) as remote:
            total = Outcome()
            for batch in (read(b"one\n")[0], read(b"two\n")[0], read(b'{"n":3}\noops\n{"n":4}\n', "json")[0]):
                total += await remote.send(batch, {"source": "way"})
        assert cuts == []
        assert (total.accepted, total.rejected) == (4, 1)
        assert [line for line, _ in total.reasons] == [2]
        house.clock.tick(MINUTE)
        found = await house.asked({"q": "source=way | stats count"})
        assert found.data["rows"] == [{"count": 4}]
        again = {"headers": {"Idempotency-Key": "mine"}}
        answers = await asyncio.gather(
            *(house.ask("POST", "/api/v1/ingest?source=mine", "x", **again) for _ in range(5))
        )
        assert [each.data["accepted"] for each in answers] == [1] * 5
        refused = await house.ask(
            "POST", "/api/v1/ingest?index=a+b", "x", headers={"Idempotency-Key": "other"}
        )
        assert refused.status == 422
        assert (
            await house.ask("POST", "/api/v1/ingest", "x", headers={"Idempotency-Key": "other"})
        ).status == 200
        house.clock.tick(MINUTE)
        assert (await house.asked({"q": "source=mine | stats count"})).data["rows"] == [{"count": 1}]


async def test_the_command_follows_a_stream_into_a_daemon(tmp_path) -> None:
    async with living(tmp_path) as house:
        command = [
            sys.executable,
            "-m",
            "lynxalert",
            "ingest",
            "--server",
            house.url,
            "--source",
            "stream",
            "-",
        ]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stderr=pipe)
        assert process.stdin is not None

        async def arrived(count: int) -> bool:
            house.clock.tick(MINUTE)
            return (await house.asked({"q": "source=stream | stats count"})).data["rows"] == [
                {"count": count}
            ]

        process.stdin.write(b"first\n")
        await house.until(lambda: arrived(1))  # at once, though the stream goes on
        process.stdin.write(b"second\nthird")
        process.stdin.close()
        _, told = await process.communicate()
        assert process.returncode == 0
        assert told.startswith(b"stdin: 3 events, ")
        await house.until(lambda: arrived(3))


@contextlib.asynccontextmanager
async def answering(
    *answers: tuple[int, dict[str, str], object],
) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """A server that answers as told, then with success for every line."""
    left, requests = list(answers), []

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        requests.append(request)
        if left:
            status, headers, found = left.pop(0)
            return web.json_response(found, status=status, headers=headers)
        data = {"accepted": body.count(b"\n"), "rejected": 0, "errors": []}
        return web.json_response({"data": data})

    app = web.Application()
    app.router.add_post("/api/v1/ingest", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", requests
    await runner.cleanup()


def error(message: str) -> dict[str, object]:
    return {"error": {"code": "X", "message": message}}


async def test_a_busy_daemon_is_waited_for_as_it_asks() -> None:
    busy = [(429, {"Retry-After": "3"}, error("busy")), (503, {}, error("closing")), (507, {"Retry-After": "900"}, error("full"))]  # fmt: skip
    async with answering(*busy) as (server, requests), sender(server) as remote:
        assert await remote.send(read(b"one\n")[0], {"index": "web"}) == Outcome(1)
        assert remote.clock.waited == [3, 6, 60]
        assert len({request.headers["Idempotency-Key"] for request in requests}) == 1
        assert requests[0].headers["Authorization"] == "Bearer k"
        assert requests[0].query == {"index": "web"}


async def test_what_is_too_large_is_halved_and_a_refusal_ends_it() -> None:
    large = (413, {}, error("too large"))
    async with answering(large, large) as (server, _), sender(server) as remote:
        found = await remote.send(read(b"one\ntwo\nthree\n")[0], {})
        assert found == Outcome(2, 1, ((1, "too large"),))
    async with answering((403, {}, error("not this key"))) as (server, _), sender(server) as remote:
        with pytest.raises(LynxError, match=r"refused: not this key \(403\); give a key by --key"):
            await remote.send(read(b"one\n")[0], {})


async def test_patience_has_an_end() -> None:
    async with answering((200, {}, ["no LynxAlert"])) as (server, _), sender(server, -MINUTE) as remote:
        with pytest.raises(NoDaemonError, match=r"has not answered for .*the answer is not of LynxAlert"):
            await remote.send(read(b"one\n")[0], {})


def test_reasons_are_shown_by_the_line_of_the_source(tmp_path: pathlib.Path) -> None:
    lines = [json.dumps({"n": number}) if number % 3 else "{oops" for number in range(100)]
    (tmp_path / "many.jsonl").write_text("\n".join(["{}", *lines]))
    code, told = run(str(tmp_path / "many.jsonl"), "--data", str(tmp_path / "data"))
    assert code == 0
    shown = [line for line in told.splitlines() if ": left out: " in line]
    assert [line.split(":")[1] for line in shown] == ["2", "5", "8", "11", "14", "17", "20", "23", "26", "29"]
    assert "34 × not a JSON object" in told
