"""Whatever is done to a query: it runs, or is refused with a reason. Never the engine's binder, never a stack too deep."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis import strategies as st

from lynxalert.engine import QueryTimeOut
from lynxalert.lang import QueryError, parse, print_query
from lynxalert.store import Store
from tests.queries import NOW, store_of

CORPUS = [
    line
    for line in (pathlib.Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
EVENTS = [
    {"host": "web1", "status": 500, "duration": 1.5, "uri": "/api/pay/1", "user": "ann", "bytes": 10, "tags": ["a", "b"]},
    {"host": "web2", "status": "404", "uri": "/health", "ip": "10.0.0.1", "port": 80, "bytes": "n/a"},
    {"host": "db", "status": None, "duration": 9, "user": "", "team": True, "size": "5 MB", "http": {"status": 1}},
    "connection refused from 10.1.2.3 key=value",
]  # fmt: skip
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\s+|\w+|.', re.DOTALL)
HOSTILE = ["\x00", "\ud800", "`", "'", '"', "\\", "|", "[", "]", "(", ")", "((((", "))))", "NOT ", "-", "=", "!=", "*", "$", "{}", "<<FIELD>>", "é", "\u200b", "null()", "99999999999999999999", "1e999", "-0", "0.0000001", ",", ";", " by ", " as ", "_time", "_raw", "%", "5m", "@d", "''", '""', "IN ()", "AND", "??"]  # fmt: skip
words = [WORD.findall(query) for query in CORPUS]


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """One of the queries after a few accidents: words lost, swapped, doubled, taken from another, hostile pieces."""
    pieces = list(draw(st.sampled_from(words)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(pieces) - 1))
        match draw(st.sampled_from(["drop", "swap", "double", "hostile", "splice", "cut", "take"])):
            case "drop" if len(pieces) > 1:
                del pieces[at]
            case "swap":
                other = draw(st.integers(0, len(pieces) - 1))
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case "double":
                pieces.insert(at, pieces[at])
            case "hostile":
                pieces.insert(at, draw(st.sampled_from(HOSTILE)))
            case "splice":
                other_query = draw(st.sampled_from(words))
                pieces = (
                    pieces[:at] + list(other_query[draw(st.integers(0, len(other_query) - 1)) :]) or pieces
                )
            case "take":
                pieces[at] = draw(st.sampled_from(draw(st.sampled_from(words))))
            case "cut" if pieces[at]:
                pieces[at] = pieces[at][:-1] + draw(st.sampled_from(["", *HOSTILE]))
    return "".join(pieces)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with store_of(EVENTS) as opened:
        yield opened


def test_the_corpus_itself_runs(store: Store) -> None:
    for query in CORPUS:
        store.query(query, now=NOW)


@hypothesis.settings(
    max_examples=hypothesis.settings().max_examples * 2, suppress_health_check=list(hypothesis.HealthCheck)
)
@hypothesis.given(mutants())
def test_a_mutant_runs_or_is_refused(store: Store, text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert print_query(parse(print_query(query))) == print_query(query)
    try:
        store.query(text, now=NOW, limit=1000)
    except (QueryError, QueryTimeOut):
        pass
