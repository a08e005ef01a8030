"""Each golden under golden/parse is a query, the tree it becomes, and its canonical text."""

from __future__ import annotations

import json
import pathlib

import pytest

from lynxalert.lang import parse, print_query
from tests.goldens import load, parametrize
from tests.lang.comparing import said
from tests.lang.dumping import dump


@parametrize("parse")
def test_query(path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    case = load(path, rewrite=request.config.getoption("--golden-rewrite"))
    macros = json.loads(case.get("macros", "{}"))
    query = parse(case["query"], macros)
    case.expect("canonical", print_query(query))
    case.expect("tree", dump(query))
    again = parse(print_query(query))
    assert said(again) == said(query)
    assert print_query(again) == print_query(query)
