"""The queries asked beside an alert's own: who is there, and what is the evidence."""

from __future__ import annotations

import datetime as dt

import pytest

import lynxalert.engine  # noqa: F401 - commands and functions must be known to the parser
from lynxalert.alerts.asides import evidence_query, presence_query
from lynxalert.lang import parse, print_query
from lynxalert.plan import Value


@pytest.mark.parametrize(
    ("query", "keyed", "asked"),
    [
        ("error | stats count as n by host | where n > 5", True, "error | stats count as n by host"),
        ("error | stats count as n by host", True, "error | stats count as n by host"),
        (
            "error | where n > 1 | stats count as n by host | eval m=n+1 | where m > 5 | head 3",
            True,
            "error | where n > 1 | stats count as n by host | eval m=n+1",
        ),
        ("error | where n > 1 | stats count by host", True, "error | where n > 1 | stats count by host"),
        ("error | stats count as n | where n < 5", False, "error"),
        ("error | where n > 5", False, "error | where n > 5"),
        ("| stats count as n | where n < 5", False, "*"),
        ("| tstats count where index=web host=a* | where count < 5", False, "index=web host=a*"),
        ("| tstats count | where count < 5", False, "*"),
        ("| tstats count from datamodel=Web.Hits where Hits.status=500", False, "*"),
    ],
)
def test_presence_is_asked_before_the_final_where(query: str, keyed: bool, asked: str) -> None:  # noqa: FBT001 - a table
    assert print_query(presence_query(parse(query), keyed=keyed)) == print_query(parse(asked))


@pytest.mark.parametrize(
    ("labels", "tail"),
    [
        ({}, ""),
        ({"host": "a"}, " | where 'host'=\"a\""),
        ({"host": "a", "code": 5}, " | where 'host'=\"a\" AND 'code'=5"),
        ({"host": None}, " | where 'host' IS NULL"),
        ({"_time": dt.datetime(2026, 2, 14, tzinfo=dt.UTC), "tags": ["a"]}, ""),
    ],
)
def test_evidence_are_the_events_of_the_instance(labels: dict[str, Value], tail: str) -> None:
    asked = evidence_query(parse("error | eval n=1 | stats count by host | where count > 5"), labels)
    assert print_query(asked) == print_query(parse("error | eval n=1" + tail))
