"""Every captured or hostile request in `tests/golden/protocols/<protocol>/` → its events, rejects and replies."""

from __future__ import annotations

import json
import pathlib

import pytest

from lynxalert.ingest import PROTOCOLS, IngestError, Payload
from lynxalert.ingest.protocols.elasticsearch import Bulk
from lynxalert.ingest.protocols.hec import Collected
from tests import goldens
from tests.payloads import payload_of, shown

REQUESTS = [path for path in goldens.cases("protocols") if path.parent.name in PROTOCOLS]


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_request(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = goldens.load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    try:
        decoded = PROTOCOLS[path.parent.name]().decode(payload_of(case["request"]))
    except IngestError as error:
        events, rejects = "", f"{error.code} {error.code.status}: {error.message}"
    else:
        events, rejects = shown(decoded)
        if isinstance(decoded, Bulk):
            case.expect("items", "\n".join(map(written, decoded.items)))
        if isinstance(decoded, Collected) and decoded.failure is not None:
            case.expect("failure", f"{decoded.failure.code.text}, event {decoded.failure.number}")
    case.expect("events", events)
    case.expect("rejects", rejects)


def written(item) -> str:
    problem = f"  {item.problem.type}: {item.problem.reason}" if item.problem else ""
    return f"{item.operation} {item.index} {json.dumps(item.id)}{problem}"


def test_every_protocol_over_http_has_requests() -> None:
    assert {path.parent.name for path in REQUESTS} >= set(PROTOCOLS) - {"syslog"}


def test_attributes_of_cloud_events_may_be_latin_1() -> None:
    attributes = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "subject": "\udcfc 100%25"}
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    (event,) = PROTOCOLS["cloudevents"]().decode(Payload(b"", headers=headers)).events
    assert event.document is not None
    assert event.document["subject"] == "ü 100%"
