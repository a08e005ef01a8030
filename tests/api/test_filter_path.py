from __future__ import annotations

import pytest

from lynxalert.api.protocols.filter_path import filtered

REPLY = {
    "took": 3,
    "errors": True,
    "items": [{"index": {"status": 201}}, {"index": {"status": 400, "error": {"type": "t"}}}],
}


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ("took", {"took": 3}),
        ("e*", {"errors": True}),
        ("items.*.error", {"items": [{"index": {"error": {"type": "t"}}}]}),
        ("items.index.status", {"items": [{"index": {"status": 201}}, {"index": {"status": 400}}]}),
        ("**.type", {"items": [{"index": {"error": {"type": "t"}}}]}),
        ("-items", {"took": 3, "errors": True}),
        ("items,-items.*.error", {"items": [{"index": {"status": 201}}, {"index": {"status": 400}}]}),
        ("nothing", {}),
        ("took.deeper", {}),
    ],
)
def test_patterns(patterns: str, left: dict) -> None:
    assert filtered(REPLY, patterns) == left
