"""Every command and function over every kind of value: the engine answers as the reference does.

The queries stand in `queries/*.txt`, one a line, so that they read as a list of what is compared. The events are few
but of all kinds: numbers and texts that read as one, Booleans, empty texts, lists, names that differ by case.
"""

from __future__ import annotations

import pathlib

import pytest

from tests.differential.comparing import Case, case_of

QUERIES = sorted((pathlib.Path(__file__).parent / "queries").glob("*.txt"))
EVENTS = [
    {"v": 5, "w": "a", "n": 1, "g": "x", "G": "p", "l": [1, "b", "2"], "t": "alpha beta"},
    {"v": "5", "w": "A", "n": 2, "g": "y", "l": ["5.0"], "t": "beta, gamma=3"},
    {"v": "5.0", "w": "b", "n": 2.5, "g": "x", "G": "q", "t": "Alpha ünï"},
    {"v": 5.5, "w": "", "n": -3, "g": "y", "l": ["a", "a"], "t": ""},
    {"v": True, "w": " 5", "n": 2**53 + 1, "g": "", "t": "10.1.2.3"},
    {"v": "nan", "n": 0, "w": "1e3", "g": "x", "l": [], "t": "5"},
    {"n": 10, "w": "é", "g": "y", "v": "zed", "G": 5, "t": "a,b,,c"},
    {"v": "é", "w": "9", "n": 100, "t": "a|b"},
    {"v": 1e15, "w": "10", "n": 4, "g": "x", "t": "error_500 Error"},
    {"v": -0.5, "w": "true", "n": 7, "g": 5, "t": "x=1"},
    {"v": 5, "w": "a", "n": 7, "g": "5", "t": "alpha beta"},
]
NOTHING = "| where n>1e30 "


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(EVENTS)


def queries_of(path: pathlib.Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_over_events(case: Case, path: pathlib.Path) -> None:
    differences = [found for query in queries_of(path) if (found := case.difference(query))]
    assert not differences, "\n\n".join(differences)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_over_nothing(case: Case, path: pathlib.Path) -> None:
    piped = [query for query in queries_of(path) if query.startswith("| ") and "makeresults" not in query]
    differences = [found for query in piped if (found := case.difference(NOTHING + query))]
    assert not differences, "\n\n".join(differences)
