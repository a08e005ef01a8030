"""Everything that is said of endpoints, by who speaks: the one list that the document is made of."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract import reference
from lynxalert.api.contract.alerts import ALERTS
from lynxalert.api.contract.checkrd import CHECKRD
from lynxalert.api.contract.events import EVENTS
from lynxalert.api.contract.links import LINKS
from lynxalert.api.contract.operation import JSON, Family, Operation, Reply
from lynxalert.api.contract.protocols import PROTOCOLS
from lynxalert.api.contract.refusals import refusal
from lynxalert.api.contract.running import ACCESS, RUNNING, SILENCES, TOLD
from lynxalert.api.contract.selftune import SELFTUNE
from lynxalert.api.contract.vox import VOX
from lynxalert.api.errors import Endpoint

ITSELF: Mapping[Endpoint, Operation] = {
    reference.openapi: Operation(
        name="get_openapi",
        says="This document",
        replies={200: Reply("OpenAPI 3.1.", {"type": "object", "required": ["openapi", "paths"]}, (JSON,))},
    ),
    reference.page: Operation(
        name="get_reference",
        says="This document as a page for people",
        replies={200: Reply("The page.", {}, ("text/html",))},
    ),
}


def _native(name: str, says: str, operations: Mapping[Endpoint, Operation]) -> Family:
    return Family(name=name, says=says, operations=operations, refusal=refusal, parameters=PARAMETERS)


PARAMETERS = {"id": "The id; of an alert of the file, its key there does as well.", "name": "A name."}
FAMILIES: tuple[Family, ...] = (
    _native("alerts", "Definitions, trials, records, and reasons to stay quiet.", ALERTS),
    _native("events", "Sending events, asking them, and what there is.", EVENTS),
    _native("silences", "What people keep quiet.", SILENCES),
    _native("messages", "What was owed to whom, and how the channels are.", TOLD),
    _native("access", "Keys, and who changed what.", ACCESS),
    _native("daemon", "Configuration, health, and this document.", {**RUNNING, **ITSELF}),
    LINKS,
    SELFTUNE,
    CHECKRD,
    VOX,
    *PROTOCOLS,
)
