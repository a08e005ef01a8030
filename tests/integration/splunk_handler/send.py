"""splunk-handler: a handler of Python's logging that speaks HEC."""

import json
import logging
import os
import pathlib
from urllib.parse import urlsplit

from splunk_handler import SplunkHandler

url = urlsplit(os.environ["URL"])
handler = SplunkHandler(
    host=url.hostname, port=url.port, protocol="http", token="key", index="main", verify=False,
    hostname="sender", source=os.environ["NAME"], sourcetype="app", queue_size=0,
)  # fmt: skip
log = logging.getLogger()
log.addHandler(handler)
for line in pathlib.Path(os.environ["EVENTS"]).read_text().splitlines():
    event = json.loads(line)
    log.error(json.dumps({key: event[key] for key in ("n", "level", "message")}))
logging.shutdown()
