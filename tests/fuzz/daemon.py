"""`python -m tests.fuzz.daemon CONFIG`: a real daemon that cannot leave this machine, whatever addresses it is given."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

from lynxalert.cli import main

LOCAL = frozenset({"localhost", "", None})


def _stay(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook of the interpreter: refuse names and addresses of elsewhere before anything is sent."""
    match event, arguments:
        case "socket.connect", (_, (str(host), *_)):
            _refuse(host)
        case "socket.getaddrinfo", (str() | bytes() | None as host, *_):
            _refuse(host.decode() if isinstance(host, bytes) else host)


def _refuse(host: str | None) -> None:
    if host in LOCAL:
        return
    try:
        if ipaddress.ip_address(str(host).partition("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    raise PermissionError(f"{host} is elsewhere")


if __name__ == "__main__":
    sys.addaudithook(_stay)
    main(["serve", "--config", sys.argv[1]])
