"""python-logging-loki: a handler of Python's logging, one request an event."""

import json
import logging
import os
import pathlib

import logging_loki

handler = logging_loki.LokiHandler(
    url=os.environ["URL"] + "/loki/api/v1/push", tags={"job": os.environ["NAME"]}, version="1"
)
log = logging.getLogger()
log.addHandler(handler)
for line in pathlib.Path(os.environ["EVENTS"]).read_text().splitlines():
    event = json.loads(line)
    extra = {"tags": {"level": event["level"], "n": str(event["n"])}}
    log.handle(log.makeRecord("orders", logging.ERROR, "", 0, event["message"], (), None, extra=extra))
