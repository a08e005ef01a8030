from __future__ import annotations

import json

import pytest

from lynxalert.ingest import PROTOCOLS, Decoded, IngestCode, IngestError, Payload

NATIVE = PROTOCOLS["native"]()


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
