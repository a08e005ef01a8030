"""Python's own SysLogHandler over TCP, which ends its messages with NUL."""

import json
import logging.handlers
import os
import pathlib
import socket

host, port = os.environ["TCP"].split(":")
handler = logging.handlers.SysLogHandler((host, int(port)), facility="local3", socktype=socket.SOCK_STREAM)
handler.setFormatter(logging.Formatter(f"{os.environ['NAME']}[7]: n=%(n)d %(message)s"))
log = logging.getLogger()
log.addHandler(handler)
for line in pathlib.Path(os.environ["EVENTS"]).read_text().splitlines():
    event = json.loads(line)
    log.error(event["message"], extra={"n": event["n"]})
logging.shutdown()
