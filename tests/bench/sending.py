"""Requests made beforehand → a daemon, over a few kept connections. As cheap as a client in Python gets."""

from __future__ import annotations

import math
import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECTIONS = 8
PAUSE = 0.02  # seconds before a refused request is sent again
STATUS = re.compile(rb"HTTP/1\.1 (\d+)")
LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@dataclass
class Sent:
    """What became of the requests: seconds each waited for its reply, and how often one was refused."""

    waited: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0
    client_cpu: float = 0.0  # seconds


def prepared(requests: Sequence[tuple[str, str]]) -> list[bytes]:
    """(source, body) → the bytes of the whole request."""
    made = []
    for source, body in requests:
        content = body.encode()
        head = f"POST /api/v1/ingest HTTP/1.1\r\nHost: bench\r\nX-Source: {source}\r\nContent-Length: {len(content)}\r\n\r\n"
        made.append(head.encode() + content)
    return made


def send(
    port: int,
    requests: Sequence[bytes],
    *,
    per_second: float | None = None,
    seconds: float = math.inf,
    connections: int = CONNECTIONS,
) -> Sent:
    """Send *requests* as fast as they are taken, or *per_second* of them; return when all are acknowledged.

    After so many *seconds* no more is begun. With a rate, the wait counts from the moment a request was due, not from when it could be sent.
    """
    sent = Sent()
    numbers = iter(range(len(requests)))
    lock = threading.Lock()
    begun = time.perf_counter()
    cpu = time.process_time()

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None or time.perf_counter() - begun > seconds:
                    return
                due = time.perf_counter()
                if per_second is not None:
                    due = begun + number / per_second
                    time.sleep(max(0.0, due - time.perf_counter()))  # the pace that is offered
                refused = 0
                while not _taken(connection, requests[number]):
                    refused += 1
                    time.sleep(PAUSE)  # as a sender that was told to come again does
                with lock:
                    sent.waited.append(time.perf_counter() - due)
                    sent.refused += refused

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(sent.waited) != len(requests) and seconds == math.inf:
        raise AssertionError("a connection broke")
    sent.seconds = time.perf_counter() - begun
    sent.client_cpu = time.process_time() - cpu
    return sent


def _taken(connection: socket.socket, request: bytes) -> bool:
    connection.sendall(request)
    reply = b""
    while b"\r\n\r\n" not in reply:
        reply += _more(connection)
    head, _, body = reply.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    status = STATUS.match(head)
    code = b"" if status is None else status[1]
    assert code in (b"200", b"204", b"429"), (head, body)
    assert length is not None or code == b"204", head
    while length is not None and len(body) < int(length[1]):
        body += _more(connection)
    return code != b"429"


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(65_536)
    if not found:
        raise ConnectionError("the daemon closed the connection")
    return found
