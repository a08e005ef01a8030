from __future__ import annotations

import json
import pathlib

import pytest

from lynxalert.clock import rfc3339
from lynxalert.events import Event
from lynxalert.ingest import PROTOCOLS, Decoded, IngestCode, IngestError, Payload
from tests import goldens

NATIVE = PROTOCOLS["native"]()


def payload_of(request: str) -> Payload:
    """A request as a person writes it: headers, a blank line, the body (where `<FF>` is that byte)."""
    head, _, body = request.partition("\n\n")
    headers = {}
    query = {}
    for line in head.splitlines():
        name, _, value = line.partition(":")
        (query if name.startswith("?") else headers)[name.strip("?").lower()] = value.strip()
    content = body.encode().replace(b"<FF>", b"\xff").replace(b"<NUL>", b"\0").replace(b"<CR>", b"\r")
    return Payload(content, headers.get("content-type", ""), headers, query)


def shown(decoded: Decoded) -> tuple[str, str]:
    events = [json.dumps(of(event), ensure_ascii=False) for event in decoded.events]
    rejects = [f"{reject.line}: {reject.reason}  <- {reject.raw}" for reject in decoded.rejects]
    if decoded.repaired:
        rejects.append(f"({decoded.repaired} lines repaired)")
    return "\n".join(events), "\n".join(rejects)


def of(event: Event) -> dict[str, object]:
    given = {"index": event.index, "source": event.source, "sourcetype": event.sourcetype, "host": event.host}
    time = {} if event.time is None else {"time": rfc3339(event.time)}
    usual = {"index": "main", "source": "http", "sourcetype": None, "host": None}
    return {name: value for name, value in given.items() if value != usual[name]} | time | {"raw": event.raw}


@goldens.parametrize("protocols/native")
def test_native(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = goldens.load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    try:
        events, rejects = shown(NATIVE.decode(payload_of(case["request"])))
    except IngestError as error:
        events, rejects = "", f"{error.code} {error.code.status}: {error.message}"
    case.expect("events", events)
    case.expect("rejects", rejects)


def test_documents_are_those_of_the_raw_text() -> None:
    body = b'[{"a": 18446744073709551616, "b": [1, {"c": 1.10}]}, {"a": 1, "a": 2}]'
    first, second = NATIVE.decode(Payload(body)).events
    assert first.raw == '{"a": 18446744073709551616, "b": [1, {"c": 1.10}]}'
    assert second.document == {"a": 2}


def test_a_line_of_a_megabyte_is_an_event() -> None:
    line = json.dumps({"message": "x" * 1_000_000})
    decoded = NATIVE.decode(Payload(f"{line}\nshort".encode(), "text/plain"))
    assert [len(event.raw) for event in decoded.events] == [len(line), 5]


def test_a_longer_event_than_allowed_is_rejected() -> None:
    decoded = PROTOCOLS["native"](longest_event=10).decode(Payload(b'{"a":1}\n{"a":"0123456789"}'))
    assert [event.raw for event in decoded.events] == ['{"a":1}']
    assert [(reject.line, reject.reason) for reject in decoded.rejects] == [(2, "longer than 10 characters")]


@pytest.mark.parametrize(("levels", "kept"), [(199, True), (200, False), (5_000, False)])
def test_deep_nesting_is_rejected_with_a_reason(levels: int, kept: bool) -> None:  # noqa: FBT001 - a table
    deep = '{"a":' * levels + "1" + "}" * levels
    decoded = NATIVE.decode(Payload(f'{{"b":1}}\n{deep}'.encode()))
    assert len(decoded.events) == 1 + kept
    assert [reject.reason for reject in decoded.rejects] == [] if kept else ["nested 200 levels deep or more"]


def test_an_array_nested_beyond_the_stack_is_refused() -> None:
    with pytest.raises(IngestError) as refused:
        NATIVE.decode(Payload(b"[{" + b'"a":[' * 100_000, "application/json"))
    assert refused.value.code is IngestCode.INVALID_JSON


def test_nothing_is_no_event() -> None:
    assert NATIVE.decode(Payload(b"")) == Decoded(())
    assert NATIVE.decode(Payload(b"\n \n", "application/json")) == Decoded(())
