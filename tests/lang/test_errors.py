"""Each golden under golden/errors/syntax is a query that cannot be read, and what the user is told."""

from __future__ import annotations

import json
import pathlib

import pytest

from lynxalert.lang import Code, QueryError, parse
from tests.goldens import cases, load, parametrize

OWNED = [code for code in Code if code.startswith("L1")] + [Code.NESTING, Code.TOO_LARGE]


@parametrize("errors/syntax")
def test_error(path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    case = load(path, rewrite=request.config.getoption("--golden-rewrite"))
    with pytest.raises(QueryError) as caught:
        parse(case["query"], json.loads(case.get("macros", "{}")))
    case.expect("error", str(caught.value))


def test_every_syntax_code_has_a_golden() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in cases("errors/syntax"))
    assert [code for code in OWNED if f"[{code}]" not in texts] == []
