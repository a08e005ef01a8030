"""Each golden under golden/errors (but syntax) is a query that is understood and wrong, or doubtful, and what is said.

Sections: `events`, `query`, and `error` or `warnings`.
"""

from __future__ import annotations

import pathlib

import pytest

import lynxalert
from lynxalert.lang import Code, render
from tests import goldens
from tests.queries import run

KINDS = ("names", "types", "limits", "warnings", "several", "habits")
PATHS = [path for kind in KINDS for path in goldens.cases(f"errors/{kind}")]
CODES = [code for code in Code if code.startswith(("L2", "L3", "W2")) or code is Code.TOO_LARGE]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_error(path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    case = goldens.load(path, rewrite=request.config.getoption("--golden-rewrite"))
    try:
        result = run(case["events"].splitlines(), case["query"])
    except lynxalert.QueryError as error:
        case.expect("error", str(error))
        return
    case.expect("warnings", "\n".join(render(case["query"], warning) for warning in result.warnings))


def test_every_code_has_a_golden() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in PATHS)
    assert [code for code in CODES if f"[{code}]" not in texts] == []
