"""elasticsearch-py 7, 8, 9: `helpers.bulk`."""

import json
import os
import pathlib
import warnings

from elasticsearch import Elasticsearch, helpers

warnings.simplefilter("ignore")
events = map(json.loads, pathlib.Path(os.environ["EVENTS"]).read_text().splitlines())
client = Elasticsearch(os.environ["URL"])
actions = (
    {
        "_index": os.environ["NAME"],
        "_source": {"@timestamp": e["time"], **{k: e[k] for k in ("n", "level", "message")}},
    }
    for e in events
)
sent, errors = helpers.bulk(client, actions, chunk_size=100)
assert (sent, errors) == (int(os.environ["N"]), []), (sent, errors)
