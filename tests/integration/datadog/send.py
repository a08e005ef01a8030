"""datadog-api-client: `submit_log`, deflated."""

import json
import os
import pathlib
from urllib.parse import urlsplit

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.logs_api import LogsApi
from datadog_api_client.v2.model.content_encoding import ContentEncoding
from datadog_api_client.v2.model.http_log import HTTPLog
from datadog_api_client.v2.model.http_log_item import HTTPLogItem

url = urlsplit(os.environ["URL"])
settings = Configuration(api_key={"apiKeyAuth": "key"})
# This operation has servers of its own, the second of which takes any name: `Configuration.host` counts for nothing.
settings.server_operation_index["submit_log"] = 1
settings.server_operation_variables["submit_log"] = {"name": url.netloc, "protocol": url.scheme}
events = [json.loads(line) for line in pathlib.Path(os.environ["EVENTS"]).read_text().splitlines()]
with ApiClient(settings) as client:
    api = LogsApi(client)
    for start in range(0, len(events), 100):
        items = [
            HTTPLogItem(
                ddsource=os.environ["NAME"], ddtags="env:test,team:sre", hostname="sender", service="orders",
                message=e["message"], n=str(e["n"]), status=e["level"], timestamp=e["time"],
            )
            for e in events[start : start + 100]
        ]  # fmt: skip
        api.submit_log(HTTPLog(items), content_encoding=ContentEncoding.DEFLATE)
