"""The same events by every protocol in turn, into one daemon: what each costs it beside native JSON lines.

`make bench ARGS="protocols"`. Ratios within a run count: each protocol is measured in every round, so that noise is everybody's.
"""

from __future__ import annotations

import gzip
import json
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from lynxalert.clock import SystemClock
from tests.acceptance.daemon import free_port
from tests.bench.daemon import Running, running
from tests.bench.generator import SIZE, Generator
from tests.bench.report import Report
from tests.bench.sending import send

EVENTS = 500  # per request
REQUESTS = 40  # per protocol and round
ROUNDS = 3
NANOSECONDS = 1_763_726_400_000_000_000

# (source, lines) → one request.
Request = Callable[[str, Sequence[str]], bytes]


def measure(requests: int = REQUESTS) -> Report:
    report = Report(
        "Protocols",
        f"{ROUNDS} rounds of {requests} requests of {EVENTS} events of {SIZE} bytes each, one daemon; medians",
    )
    port = free_port()
    bodies = [
        (source, body.split("\n"))
        for source, body in Generator(SystemClock().now()).requests(requests, EVENTS)
    ]
    made = {name: [request(*body) for body in bodies] for name, request in WAYS.items()}
    used: dict[str, list[float]] = {name: [] for name in (*WAYS, "syslog over TCP")}
    rates: dict[str, list[float]] = {name: [] for name in used}
    with running(f'[ingest.syslog]\ntcp = "127.0.0.1:{port}"\n') as daemon:
        for _ in range(ROUNDS):
            for name, each in made.items():
                _time(
                    daemon,
                    name,
                    used,
                    rates,
                    requests,
                    lambda each=each: send(daemon.port, each, connections=2),
                )
            _time(daemon, "syslog over TCP", used, rates, requests, lambda: _frames(port, bodies))
    native = statistics.median(used["native, JSON lines"])
    for name, costs in used.items():
        cost = statistics.median(costs)
        rate = statistics.median(rates[name])
        report.add(
            name, f"{rate:,.0f} /s, {cost:.1f} µs of CPU an event, {cost / native:.2f} × native", "≤ 1.5 ×"
        )
    return report


def _time(
    daemon: Running,
    name: str,
    used: dict[str, list[float]],
    rates: dict[str, list[float]],
    requests: int,
    work: Callable[[], object],
) -> None:
    total = requests * EVENTS
    before, stored, begun = daemon.cpu(), _stored(daemon), time.perf_counter()
    work()
    while _stored(daemon) < stored + total:
        assert not daemon.ask("/health")["store"]["dead_letters"], name
        time.sleep(0.1)  # asking costs the daemon something too
    rates[name].append(total / (time.perf_counter() - begun))
    used[name].append((daemon.cpu() - before) / total * 1e6)


def _stored(daemon: Running) -> int:
    return int(daemon.ask("/health")["store"]["stored"])


def _frames(port: int, bodies: Sequence[tuple[str, Sequence[str]]]) -> None:
    """RFC 5424 in counted frames, as rsyslog sends it; returns when the daemon has read all."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for source, lines in bodies:
            for line in lines:
                frame = f"<13>1 2026-11-21T12:00:00.000Z bench {source} 7 - - {line}".encode()
                connection.sendall(b"%d %b" % (len(frame), frame))
        connection.shutdown(socket.SHUT_WR)


def _request(path: str, content: bytes, *headers: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(head).encode() + content


def _native(source: str, lines: Sequence[str]) -> bytes:
    return _request("/api/v1/ingest", "\n".join(lines).encode(), f"X-Source: {source}")


def _isoformat(source: str, lines: Sequence[str]) -> bytes:
    return _native(source, [line.replace('Z"', '000+00:00"', 1) for line in lines])


def _bulk(source: str, lines: Sequence[str], *, ids: bool = False) -> bytes:
    """As Filebeat and Elasticsearch's libraries: the time under `@timestamp`, the source in the document."""
    parts: list[str] = []
    for number, line in enumerate(lines):
        parts.append(f'{{"create":{{"_id":"{source}-{number}"}}}}' if ids else '{"create":{}}')
        parts.append(f'{{"source":"{source}",{line[1:]}'.replace('"timestamp"', '"@timestamp"', 1))
    return _request("/_bulk", ("\n".join(parts) + "\n").encode(), "Content-Type: application/x-ndjson")


def _hec(source: str, lines: Sequence[str], *, fields: str = "") -> bytes:
    envelopes = (
        f'{{"time":{1763726400 + number / 1000:.3f},"source":"{source}"{fields},"event":{line}}}'
        for number, line in enumerate(lines)
    )
    return _request("/services/collector/event", "".join(envelopes).encode())


def _loki(source: str, lines: Sequence[str], *more: Any) -> bytes:
    values = [[str(NANOSECONDS + number), line, *more] for number, line in enumerate(lines)]
    body = {"streams": [{"stream": {"job": source, "env": "prod"}, "values": values}]}
    return _request("/loki/api/v1/push", json.dumps(body).encode(), "Content-Type: application/json")


def _otlp(source: str, lines: Sequence[str], *, binary: bool) -> bytes:
    scope = ExportLogsServiceRequest()
    of_resource = scope.resource_logs.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = source
    records = of_resource.scope_logs.add()
    for number, line in enumerate(lines):
        record = records.log_records.add(
            time_unix_nano=NANOSECONDS + number, severity_number=9, severity_text="INFO"
        )
        record.body.string_value = line
        record.attributes.add(key="thread").value.int_value = number % 7
    kind = "application/x-protobuf" if binary else "application/json"
    content = scope.SerializeToString() if binary else _otlp_json(scope)
    return _request("/v1/logs", content, f"Content-Type: {kind}")


def _otlp_json(message: Message) -> bytes:
    from google.protobuf.json_format import MessageToDict

    return json.dumps(MessageToDict(message, use_integers_for_enums=True)).encode()


def _gzipped(source: str, lines: Sequence[str]) -> bytes:
    content = gzip.compress("\n".join(lines).encode(), 1)
    return _request("/api/v1/ingest", content, f"X-Source: {source}", "Content-Encoding: gzip")


WAYS: dict[str, Request] = {
    "native, JSON lines": _native,
    "  the same in gzip": _gzipped,
    "  with times as isoformat writes them": _isoformat,
    "Elasticsearch, _bulk": _bulk,
    "  with ids": lambda source, lines: _bulk(source, lines, ids=True),
    "HEC, events in envelopes": _hec,
    "  with fields": lambda source, lines: _hec(source, lines, fields=',"fields":{"env":"prod","zone":"a"}'),
    "Loki, JSON": _loki,
    "  with metadata": lambda source, lines: _loki(source, lines, {"trace": "abc"}),
    "OTLP, protobuf": lambda source, lines: _otlp(source, lines, binary=True),
    "OTLP, JSON": lambda source, lines: _otlp(source, lines, binary=False),
}
