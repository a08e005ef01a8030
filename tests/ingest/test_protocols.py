from __future__ import annotations

import dataclasses

import pytest

from lynxalert.ingest import PROTOCOLS, IngestError, Payload
from lynxalert.ingest.origin import Origin, origin_of


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_every_protocol_is_a_documented_dataclass_with_usable_defaults(name: str) -> None:
    entry = PROTOCOLS[name]
    assert entry.__doc__
    assert dataclasses.is_dataclass(entry)
    assert callable(entry().decode)


def test_names_are_trimmed_and_blank_ones_count_for_nothing() -> None:
    payload = Payload(b"", headers={"x-source": " nginx ", "x-host": "  "}, query={"source": ""})
    assert origin_of(payload, Origin(host="given")) == Origin("main", "nginx", None, "given")


@pytest.mark.parametrize("index", ["a b", "a/b", "-a", ".", "", "x" * 101, "é"])
def test_an_index_has_a_plain_name(index: str) -> None:
    payload = Payload(b"", query={"index": index})
    if not index:
        assert origin_of(payload, Origin()).index == "main"
        return
    with pytest.raises(IngestError, match="cannot be the name of an index") as refused:
        origin_of(payload, Origin())
    assert refused.value.code.status == 422


def test_names_have_an_end() -> None:
    with pytest.raises(IngestError, match="source is longer than 1000 characters"):
        origin_of(Payload(b"", query={"source": "x" * 1_001}), Origin())
